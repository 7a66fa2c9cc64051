"""Answers to owners' questions: typed tools over the use cases, answers without a model, and the conversation.

Whoever writes an answer, a model or a template, states only figures that a tool found in the same turn.
"""
