"""`lender-2`, the default: what lenders to small businesses look at. Factors give 0 to their maxima, which add to 100.

The neutral value of a factor is half its maximum, so that 50 means "nothing known". Efforts are judgement: what an
owner can do at once costs least, what the market has to grant costs most.
"""

import datetime as dt
from typing import Final, Literal

from vaultra_core.domain.readiness.rules import Band, Cap, Component, Factor, Rulebook, Unit


def _bands(test: Literal[">=", "<"], *steps: tuple[float, float]) -> tuple[Band, ...]:
    """(threshold, points) from best to worst, then 0 points for everything else."""
    return (*(Band(points, test, threshold) for threshold, points in steps), Band(0))


LENDER_2: Final = Rulebook(
    name="lender-2",
    title="Lender's view",
    released=dt.date(2026, 11, 22),
    base=0,
    factors=(
        Factor(
            name="scale",
            title="Size of revenue",
            measure="monthly_net_revenue_usd",
            unit=Unit.USD_PER_MONTH,
            max_points=12,
            neutral=6,
            bands=_bands(">=", (20_000, 12), (15_000, 11), (10_000, 9), (8_333, 7), (1_000, 4)),
            source="published minimums of revenue-based lenders (Wayflyer, Lighter, Clearco, Stripe Capital)",
            effort=6,
        ),
        Factor(
            name="history",
            title="Length of history",
            measure="days_of_history",
            unit=Unit.DAYS,
            max_points=8,
            neutral=4,
            bands=_bands(">=", (365, 8), (180, 6), (90, 3)),
            source="Clearco, Stripe Capital, PayPal Working Capital",
        ),
        Factor(
            name="trend",
            title="Growth of revenue",
            measure="weekly_growth",
            unit=Unit.GROWTH,
            max_points=14,
            neutral=7,
            bands=(
                Band(14, ">=", 0.03),
                Band(12, ">=", 0.01),
                Band(10, ">", 0),
                Band(7, "=", 0),
                Band(4, ">=", -0.02),
                Band(2, ">=", -0.05),
                Band(0),
            ),
            source="Stripe Capital: growth",
            effort=5,
        ),
        Factor(
            name="steadiness",
            title="Steadiness of revenue",
            measure="weekly_variation",
            unit=Unit.VARIATION,
            max_points=12,
            neutral=6,
            bands=_bands("<", (0.12, 12), (0.20, 10), (0.35, 7), (0.50, 4), (0.75, 2)),
            source="lenders on irregular cash flow",
            effort=3,
        ),
        Factor(
            name="continuity",
            title="Weeks without a gap",
            measure="weak_weeks_per_half_year",
            unit=Unit.WEEKS,
            max_points=8,
            neutral=4,
            bands=_bands("<", (0.5, 8), (1.5, 6), (2.5, 4), (4.5, 2)),
            source="lenders: few low or zero periods",
            effort=2,
        ),
        Factor(
            name="disputes",
            title="Chargebacks",
            measure="shrunk_dispute_ratio",
            unit=Unit.RATIO,
            max_points=16,
            neutral=8,
            bands=_bands("<", (0.002, 16), (0.003, 14), (0.005, 11), (0.0075, 7), (0.01, 4), (0.015, 2)),
            source="Stripe: excessive above 0.75 %; Visa VAMP and Mastercard ECM: 1.5 %",
            effort=2,
        ),
        Factor(
            name="refunds",
            title="Refunds",
            measure="shrunk_refund_share",
            unit=Unit.RATIO,
            max_points=8,
            neutral=4,
            bands=_bands("<", (0.02, 8), (0.04, 6), (0.08, 4), (0.15, 2)),
            source="judgement",
            effort=1,
        ),
        Factor(
            name="payouts",
            title="Payouts in time",
            measure="shrunk_payout_reliability",
            unit=Unit.SHARE,
            max_points=8,
            neutral=4,
            bands=_bands(">=", (0.98, 8), (0.95, 6), (0.90, 4), (0.80, 2)),
            source="baseline-1; PAYDEX weighting by amount",
            effort=0.5,
        ),
        Factor(
            name="top_customer",
            title="Largest customer",
            measure="top_customer_share",
            unit=Unit.SHARE,
            max_points=8,
            neutral=4,
            bands=_bands("<", (0.10, 8), (0.20, 6), (0.35, 4), (0.50, 2)),
            source="lenders' rules of thumb",
            effort=4,
        ),
        Factor(
            name="returning",
            title="Returning customers",
            measure="returning_share",
            unit=Unit.SHARE,
            max_points=6,
            neutral=3,
            bands=_bands(">=", (0.70, 6), (0.50, 5), (0.30, 3), (0.15, 2)),
            source="retention lenders; the bands are judgement",
            effort=3,
        ),
    ),
    caps=(
        Cap(
            name="cap_history",
            title="Short history",
            measure="history",
            unit=Unit.DAYS,
            ceilings=(Band(70, "<", 90),),
            source="Clearco, Stripe Capital, PayPal Working Capital",
        ),
        Cap(
            name="cap_scale",
            title="Small revenue",
            measure="scale",
            unit=Unit.USD_PER_MONTH,
            ceilings=(Band(70, "<", 1_000),),
            source="published minimums of revenue-based lenders",
        ),
        Cap(
            name="cap_chargebacks",
            title="Excessive chargebacks",
            measure="chargeback_lower_bound",
            unit=Unit.SHARE,
            ceilings=(Band(40, ">", 0.015), Band(70, ">", 0.0075)),
            source="Stripe: excessive above 0.75 %; Visa VAMP and Mastercard ECM: 1.5 %",
        ),
        Cap(
            name="cap_no_sales",
            title="No recent sale",
            measure="sales_of_period",
            unit=Unit.COUNT,
            ceilings=(Band(40, "<", 1),),
            source="judgement: nothing is left to lend against",
        ),
        Cap(
            name="cap_confidence",
            title="Little data",
            measure="confidence_of_score",
            unit=Unit.SHARE,
            ceilings=(Band(70, "<", 0.5), Band(85, "<", 0.75)),
            source="judgement: a high score has to rest on data",
        ),
    ),
    components=(
        Component(name="revenue_scale", factors=("scale", "history")),
        Component(name="growth", factors=("trend",)),
        Component(name="revenue_stability", factors=("steadiness", "continuity")),
        Component(name="risk_signals", factors=("disputes", "refunds")),
        Component(name="payout_reliability", factors=("payouts",)),
        Component(name="customer_base", factors=("top_customer", "returning")),
    ),
    caveats=(
        "Weights are expert judgement, not calibrated on defaults.",
        "Amounts in other currencies are compared at the European Central Bank's reference rates of 2024-12-31.",
        "No owner traits, names or geography are inputs.",
    ),
)
