"""Rules about what cannot be judged for want of data."""

from vaultra_core.domain.readiness.measures import CUSTOMER_DAYS, IDENTIFIED_SHARE, customers_unknown
from vaultra_core.domain.readiness.rules import Reading
from vaultra_core.domain.recommendations.base import Advice, Category
from vaultra_core.domain.recommendations.situation import Situation, advice
from vaultra_core.domain.wording import day, percent

_CUSTOMER_FACTORS = ("top_customer", "returning")
_CERTAIN = Reading(weight=0.0, confidence=1.0)


def identify_customers(situation: Situation) -> Advice | None:
    """Too much revenue has no customer for the shares of customers to mean anything."""
    gross = situation.seen.total("gross_minor", CUSTOMER_DAYS)
    identified = situation.seen.total("identified_minor", CUSTOMER_DAYS)
    unknown = [name for name in _CUSTOMER_FACTORS if name in situation.readings]
    if not unknown or gross == 0 or not customers_unknown(identified, gross):
        return None
    share = identified / gross
    # What customers would show is unknown; certain is only that the score would rest on more data.
    known = dict.fromkeys(unknown, _CERTAIN)
    return advice(
        situation,
        key="identify_customers",
        title="Attach a customer to every sale",
        category=Category.DATA,
        description=(
            f"Only {percent(share)} of the revenue of the last {CUSTOMER_DAYS} days names a customer in Stripe.",
            f"With at least {percent(float(IDENTIFIED_SHARE))} by {day(situation.later(CUSTOMER_DAYS))}, the share of "
            "the largest customer and of returning ones can be judged; until then both count as neutral.",
            "Create a Stripe customer at check-out and use it again for the next purchase; names and addresses never "
            "reach Vaultra.",
        ),
        impact=situation.gain_of({**situation.readings, **known}),
        by=situation.later(CUSTOMER_DAYS),
        metric_refs={"identified_share_90_days": share, "target_identified_share": float(IDENTIFIED_SHARE)},
        severity=sum(share < limit for limit in (0.7, 0.35)),
    )
