"""Vaultra's rules: Stripe-shaped objects in, metrics, an explained readiness score and recommendations out.

Pure Python without I/O or clock; importing it needs msgspec alone.

    history = fold(objects, currency="usd", timezone="Europe/Vienna")
    assessment = assess(history, as_of)
    advice = recommend(history, as_of)

`objects` are ledger states or records, as `observe` makes them from Stripe's JSON.
"""

from vaultra_core.domain.activity import DayActivity, History
from vaultra_core.domain.fold import fold
from vaultra_core.domain.metrics import MetricsSnapshot, metrics
from vaultra_core.domain.readiness.assessment import Assessment, Tier
from vaultra_core.domain.readiness.change import Change, explain_change
from vaultra_core.domain.readiness.contribution import Contribution
from vaultra_core.domain.readiness.outlook import Outlook, outlook
from vaultra_core.domain.readiness.path import Path, path
from vaultra_core.domain.readiness.replay import replay
from vaultra_core.domain.readiness.rulebook import RULEBOOKS
from vaultra_core.domain.readiness.scoring import assess
from vaultra_core.domain.readiness.what_if import simulate
from vaultra_core.domain.recommendations.base import Advice
from vaultra_core.domain.recommendations.catalogue import recommend
from vaultra_core.domain.stripe_objects import observe, observe_event
from vaultra_core.errors import VaultraError

__all__ = [
    "RULEBOOKS",
    "Advice",
    "Assessment",
    "Change",
    "Contribution",
    "DayActivity",
    "History",
    "MetricsSnapshot",
    "Outlook",
    "Path",
    "Tier",
    "VaultraError",
    "assess",
    "explain_change",
    "fold",
    "metrics",
    "observe",
    "observe_event",
    "outlook",
    "path",
    "recommend",
    "replay",
    "simulate",
]
