"""`baseline-1`: the product's first specification, kept exactly. Its totals are the multiples of five from 10 to 80."""

import datetime as dt
from typing import Final

from vaultra_core.domain.readiness.rules import Band, Component, Factor, Rulebook, Unit

_SOURCE: Final = "the product's first specification"

BASELINE_1: Final = Rulebook(
    name="baseline-1",
    title="First specification",
    released=dt.date(2026, 11, 22),
    base=50,
    factors=(
        Factor(
            name="revenue_trend",
            title="Revenue against the 30 days before",
            measure="period_growth",
            unit=Unit.GROWTH,
            max_points=10,
            neutral=0,
            bands=(Band(10, ">", 0.05), Band(-5, "<", -0.05), Band(0)),
            source=_SOURCE,
            effort=5,
        ),
        Factor(
            name="revenue_volatility",
            title="Volatility of weekly revenue",
            measure="period_volatility",
            unit=Unit.VARIATION,
            max_points=5,
            neutral=0,
            bands=(Band(-10, ">", 0.5), Band(5, "<", 0.2), Band(0)),
            source=_SOURCE,
            effort=3,
        ),
        Factor(
            name="chargeback_ratio",
            title="Chargebacks per sale",
            measure="period_chargeback_ratio",
            unit=Unit.RATIO,
            max_points=5,
            neutral=0,
            bands=(Band(-15, ">", 0.02), Band(5, "<", 0.005), Band(0)),
            source=_SOURCE,
            effort=2,
        ),
        Factor(
            name="payout_reliability",
            title="Payouts that arrive in time",
            measure="period_payout_reliability",
            unit=Unit.SHARE,
            max_points=10,
            neutral=0,
            bands=(Band(10, ">", 0.95), Band(-10, "<", 0.8), Band(0)),
            source=_SOURCE,
            effort=0.5,
        ),
    ),
    caps=(),
    components=(
        Component(name="revenue_stability", factors=("revenue_volatility",), line=(1, -1)),
        Component(name="risk_signals", factors=("chargeback_ratio",), line=(1, -10)),
        Component(name="payout_reliability", factors=("payout_reliability",), line=(0, 1)),
    ),
    caveats=(
        "The top tier cannot be reached: the best total is 80.",
        "Weights are expert judgement, not calibrated on defaults.",
    ),
)
