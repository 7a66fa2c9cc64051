"""Stripe's objects and events → observations of the ledger. `wire` has the shapes, `translate` the meaning."""

from vaultra_core.domain.stripe_objects.accounts import StripeAccount, observe_account
from vaultra_core.domain.stripe_objects.events import (
    DEAUTHORIZED,
    EVENT,
    MinimalEvent,
    carried_kind,
    lacks_object,
    listed_event,
    listed_object,
    minimal_event,
    observe_event,
    read_event,
)
from vaultra_core.domain.stripe_objects.translate import Observation, observe
from vaultra_core.domain.stripe_objects.versions import is_newer_than_known

__all__ = [
    "DEAUTHORIZED",
    "EVENT",
    "MinimalEvent",
    "Observation",
    "StripeAccount",
    "carried_kind",
    "is_newer_than_known",
    "lacks_object",
    "listed_event",
    "listed_object",
    "minimal_event",
    "observe",
    "observe_account",
    "observe_event",
    "read_event",
]
