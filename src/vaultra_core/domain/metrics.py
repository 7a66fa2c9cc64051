"""Days → the metrics of one period. (Structs are the contract; the computation belongs here too.)"""

import datetime as dt

import msgspec


class ExtraMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """Further figures of the period. None means: no data, never a made-up number."""

    net_revenue_minor: int
    estimated_revenue_minor: int  # part of revenue_total whose exchange rate is not known yet
    refund_value_ratio: float | None = None
    chargeback_won_count: int = 0
    chargeback_ratio_interval: tuple[float, float] | None = None  # Wilson, 95 %
    failed_charge_ratio: float | None = None
    top_customer_share: float | None = None
    effective_customers: float | None = None  # 1/HHI
    returning_share: float | None = None
    monthly_average_minor: int | None = None  # net revenue of the last 91 days per 30.4375-day month
    weekly_trend: float | None = None  # growth per 4 weeks, as `lender-2` measures it
    new_mrr_minor: int | None = None
    churned_mrr_minor: int | None = None
    expansion_mrr_minor: int | None = None
    contraction_mrr_minor: int | None = None
    nrr: float | None = None
    payouts_not_final: int = 0  # payouts counted as paid that can still fail


class MetricsSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The metrics of the 30 days that end on `period_end`, inclusive; amounts in minor units of `currency`."""

    period_start: dt.date
    period_end: dt.date
    currency: str
    revenue_total_minor: int
    transaction_count: int
    average_transaction_size_minor: int | None = None
    revenue_volatility: float | None = None
    chargeback_count: int
    chargeback_ratio: float | None = None
    refund_count: int
    refund_ratio: float | None = None
    payout_reliability: float | None = None
    mrr_minor: int | None = None
    extra: ExtraMetrics
