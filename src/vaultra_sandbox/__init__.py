"""A small server that plays Stripe: OAuth, lists, events and signed webhooks over sample businesses.

It shares no code with the product, on purpose: what both sides agree on is Stripe's published behaviour, and a mistake
in one is not repeated in the other.
"""
