"""All rules, and the advice that they give on one day."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final

from vaultra_core.domain.activity import History
from vaultra_core.domain.readiness.rulebook import DEFAULT_RULEBOOK, get_rulebook
from vaultra_core.domain.readiness.standpoint import Standpoint
from vaultra_core.domain.recommendations import cash_flow, data, growth, revenue, risk
from vaultra_core.domain.recommendations.base import Advice, Priority
from vaultra_core.domain.recommendations.situation import Situation

Rule = Callable[[Situation], Advice | None]

# Each rule's name is its key.
RULES: Final[Mapping[str, Rule]] = {
    rule.__name__: rule
    for rule in (
        risk.reduce_chargebacks,
        risk.lower_disputes,
        risk.dispute_warning,
        risk.lower_refunds,
        risk.refund_warning,
        cash_flow.improve_payouts,
        cash_flow.secure_payouts,
        revenue.stabilize_revenue,
        revenue.smooth_revenue,
        revenue.close_gaps,
        revenue.spread_customers,
        revenue.win_back_customers,
        growth.raise_revenue,
        growth.restart_growth,
        growth.focus_core,
        data.identify_customers,
    )
}

# The factors that a rule's advice lifts, of every rulebook. `focus_core` is about the whole, and lifts none by itself.
FACTORS_OF: Final[Mapping[str, frozenset[str]]] = {
    "reduce_chargebacks": frozenset({"disputes", "chargeback_ratio"}),
    "lower_disputes": frozenset({"disputes"}),
    "dispute_warning": frozenset({"disputes"}),
    "lower_refunds": frozenset({"refunds"}),
    "refund_warning": frozenset({"refunds"}),
    "improve_payouts": frozenset({"payouts", "payout_reliability"}),
    "secure_payouts": frozenset({"payouts", "payout_reliability"}),
    "stabilize_revenue": frozenset({"steadiness", "revenue_volatility"}),
    "smooth_revenue": frozenset({"steadiness", "revenue_volatility"}),
    "close_gaps": frozenset({"continuity"}),
    "spread_customers": frozenset({"top_customer"}),
    "identify_customers": frozenset({"top_customer", "returning"}),
    "win_back_customers": frozenset({"returning"}),
    "raise_revenue": frozenset({"scale"}),
    "restart_growth": frozenset({"trend", "revenue_trend"}),
    "focus_core": frozenset(),
}

_ORDER: Final = list(Priority)


def recommend(history: History, as_of: dt.date, rulebook: str = DEFAULT_RULEBOOK) -> list[Advice]:
    """What would raise the score, highest priority first, then largest impact; nothing before the first charge.

    Raise `InvalidInput` when there is no such rulebook.
    """
    book = get_rulebook(rulebook)
    seen = Standpoint(history, as_of)
    return advise(Situation(seen, book)) if seen.days else []


def advise(situation: Situation) -> list[Advice]:
    """What the rules say of a situation, in the order of `recommend`."""
    found = [advice for rule in RULES.values() if (advice := rule(situation)) is not None]
    return sorted(found, key=lambda advice: (_ORDER.index(advice.priority), -advice.impact_points, advice.key))
