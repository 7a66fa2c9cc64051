import stripe

from vaultra_core.domain.stripe_objects import is_newer_than_known
from vaultra_core.domain.stripe_objects.versions import KNOWN_THROUGH


def test_the_version_that_the_sdk_pins_is_one_whose_shapes_were_looked_at() -> None:
    """A new SDK brings a new version: look at Stripe's changelog, then move KNOWN_THROUGH."""
    assert stripe.api_version.split(".")[0] == KNOWN_THROUGH
    assert not is_newer_than_known(stripe.api_version)
