/** A made-up business for tests and for looking at pages without the backend. Never part of the build. */
import type {
  Business,
  Contribution,
  CurrentUser,
  LatestMetrics,
  Metrics,
  Readiness,
  Recommendation,
  ScorePoint,
  StripeStatus,
} from "../src/lib/api.ts";

export const TODAY = "2026-11-22";
export const BUSINESS_ID = "0197a000-0000-7000-8000-000000000001";
export const OTHER_ID = "0197a000-0000-7000-8000-000000000002";

export const user: CurrentUser = {
  id: "0197a000-0000-7000-8000-0000000000aa",
  email: "owner@example.com",
  name: "Robin Harbour",
  avatar_url: null,
  email_verified: true,
  businesses: [{ id: BUSINESS_ID, name: "Harbour Coffee", role: "owner" }],
};

export const business: Business = {
  id: BUSINESS_ID,
  name: "Harbour Coffee",
  legal_entity: null,
  industry: "food_and_drink",
  revenue_estimate: 480000,
  founded_at: "2022-04-01",
  currency: "usd",
  timezone: "America/New_York",
  sample_data: true,
  created_at: "2026-11-20T10:00:00Z",
};

export function stripe(state: NonNullable<StripeStatus["import"]>["state"] = "complete", done = 3120): StripeStatus {
  return {
    connected: true,
    account_id: "acct_1HarbourCoffee",
    livemode: false,
    last_synced_at: "2026-11-22T08:00:00Z",
    import: {
      state,
      done,
      total: null,
      percent: state === "complete" ? 100 : Math.min(99, done / 31.2),
      read_back_to: state === "starting" ? "2026-10-02" : "2024-11-22",
      started_at: "2026-11-22T07:59:50Z",
      finished_at: state === "complete" ? "2026-11-22T08:00:00Z" : null,
      error: state === "error" ? "Stripe refused the request: the account was restricted." : null,
    },
  };
}

const factor = (
  factor: string,
  points: number,
  max_points: number,
  value: number | null,
  band: string,
  reason: string,
  confidence = 1,
): Contribution => ({
  handle: `contribution:lender-2:2026-11-21:${factor}`,
  factor,
  points,
  max_points,
  value,
  band,
  reason,
  confidence,
  evidence: [],
});

export const contributions: Contribution[] = [
  factor(
    "scale",
    11,
    12,
    17840,
    "≥ 15k",
    "Net revenue averaged $17,840 a month over the last 91 days; most revenue-based lenders ask for 10k to 20k.",
  ),
  factor("history", 8, 8, 702, "≥ 365", "The first charge was 702 days ago: more than a year of history."),
  factor("trend", 10, 14, 0.006, "> 0", "Weekly revenue grows by 0.6% per four weeks, after allowing for chance."),
  factor("steadiness", 7, 12, 0.28, "< 0.35", "Weekly revenue swings by 28% around its trend."),
  factor("continuity", 8, 8, 0, "0", "No week of the last 26 fell below a quarter of the usual."),
  factor(
    "disputes",
    7,
    16,
    0.0064,
    "< 0.75%",
    "14 chargebacks in 180 days: 0.64% of charges after shrinkage. Stripe calls more than 0.75% excessive.",
  ),
  factor("refunds", 6, 8, 0.031, "< 4%", "3.1% of revenue was refunded in the last 90 days."),
  factor("payouts", 8, 8, 0.991, "≥ 98%", "99.1% of the payout amount of the last 180 days arrived on time."),
  factor("top_customer", 4, 8, null, "neutral", "Only 41% of revenue has a known customer, so this stays neutral.", 0),
  factor("returning", 3, 6, null, "neutral", "Only 41% of revenue has a known customer, so this stays neutral.", 0),
];

export const readiness: Readiness = {
  business_id: BUSINESS_ID,
  handle: "score:lender-2:2026-11-21",
  score: 72,
  raw_score: 72,
  as_of: "2026-11-21",
  complete_through: "2026-11-20",
  tier: "funding_ready",
  components: {
    revenue_scale: 0.95,
    growth: 0.71,
    revenue_stability: 0.75,
    risk_signals: 0.54,
    payout_reliability: 1,
    customer_base: 0.5,
  },
  contributions,
  confidence: 0.84,
  rulebook: "lender-2",
  created_at: "2026-11-22T05:10:00Z",
};

export const capped: Readiness = {
  ...readiness,
  score: 38,
  raw_score: 37.5,
  tier: "not_ready",
  confidence: 0.46,
  contributions: [
    ...contributions.map((each) => (each.factor === "steadiness" ? { ...each, confidence: 0.25 } : each)),
    factor(
      "cap_chargebacks",
      -34.5,
      0,
      0.018,
      "> 1.5%",
      "At least 5 chargebacks and surely more than 1.5% of charges: the score is held at 40.",
    ),
  ],
};

const dayBefore = (date: string, days: number) =>
  new Date(Date.parse(date) - days * 86_400_000).toISOString().slice(0, 10);

export const scores: ScorePoint[] = Array.from({ length: 400 }, (_, age) => {
  const score = Math.round(72 - age * 0.07 + 4 * Math.sin(age / 17) * (age > 6 ? 1 : 0));
  const as_of = dayBefore("2026-11-21", age);
  return { score, tier: score > 70 ? "funding_ready" : "improving", as_of, created_at: `${as_of}T23:59:00Z` };
});

const extra: Metrics["extra"] = {
  net_revenue: 17840,
  estimated_revenue: 0,
  refund_value_ratio: 0.031,
  chargeback_won_count: 1,
  chargeback_ratio_interval: [0.0034, 0.0119],
  failed_charge_ratio: 0.04,
  top_customer_share: null,
  effective_customers: null,
  returning_share: null,
  monthly_average: 17840,
  weekly_trend: 0.006,
  new_mrr: 120,
  churned_mrr: 40,
  expansion_mrr: 20,
  contraction_mrr: 0,
  nrr: 0.99,
  payouts_not_final: 2,
  unconverted_count: 0,
};

/** 30-day snapshots, one per day, oldest first. */
export const metrics: Metrics[] = Array.from({ length: 400 }, (_, index) => {
  const age = 399 - index;
  const period_end = dayBefore("2026-11-21", age);
  const revenue = 18240.5 - age * 14 + 900 * Math.sin(age / 11);
  const charges = Math.round(revenue / 17.4);
  return {
    business_id: BUSINESS_ID,
    period_start: dayBefore(period_end, 29),
    period_end,
    currency: "usd",
    revenue_total: Math.round(revenue * 100) / 100,
    transaction_count: charges,
    average_transaction_size: 17.4,
    revenue_volatility: 0.26 + 0.05 * Math.sin(age / 23),
    chargeback_count: 6 + Math.round(2 * Math.sin(age / 19)),
    chargeback_ratio: (6 + Math.round(2 * Math.sin(age / 19))) / charges,
    refund_count: 24,
    refund_ratio: 24 / charges,
    payout_reliability: age > 60 && age < 90 ? 0.93 : 1,
    mrr: age > 200 ? null : 4120 + Math.round((200 - age) * 3.1),
    extra,
  };
});

export const latest: LatestMetrics = {
  ...metrics.at(-1)!,
  today: { date: TODAY, revenue: 412.3, transaction_count: 23 },
};

const recommendation = (
  n: number,
  rest: Omit<Recommendation, "id" | "business_id" | "handle" | "created_at" | "updated_at">,
): Recommendation => ({
  id: `0197a000-0000-7000-8000-00000000010${n}`,
  business_id: BUSINESS_ID,
  handle: `recommendation:0197a000-0000-7000-8000-00000000010${n}`,
  created_at: "2026-11-21T06:00:00Z",
  updated_at: "2026-11-21T06:00:00Z",
  ...rest,
});

export const recommendations: Recommendation[] = [
  recommendation(1, {
    key: "lower_disputes",
    title: "Bring chargebacks below 0.5%",
    description:
      "14 customers disputed a charge in the last 180 days. Six fewer over the next three months would take you below 0.5%. Answer inquiries within a day and turn on Stripe Radar's rules for repeat cards.",
    priority: "medium",
    category: "risk",
    status: "pending",
    estimated_impact: "+5-10 points",
    impact_points: 7,
    metric_refs: {
      disputes: 0.0064,
      chargeback_count_180_days: 14,
      target_chargeback_count_180_days: 8,
      as_of: "2026-11-21",
    },
  }),
  recommendation(2, {
    key: "even_out",
    title: "Even out your weeks",
    description:
      "Weekly revenue swings by 28% around its trend. Pre-paid cards or a subscription box would bring part of it in evenly.",
    priority: "low",
    category: "cash_flow",
    status: "pending",
    estimated_impact: "+3 points",
    impact_points: 3,
    metric_refs: { revenue_volatility: 0.28, target_revenue_volatility: 0.2 },
  }),
  recommendation(3, {
    key: "identify_customers",
    title: "Name your customers",
    description:
      "59% of your revenue comes without a customer, so nobody can see that your regulars come back. Switch on customer creation in Checkout.",
    priority: "low",
    category: "data",
    status: "pending",
    estimated_impact: "+2 points",
    impact_points: 2,
    metric_refs: { identified_share_90_days: 0.41, target_identified_share: 0.7 },
  }),
  recommendation(4, {
    key: "lower_refunds",
    title: "Keep refunds under 2%",
    description:
      "3.1% of revenue was refunded in the last 90 days. Most of it goes back within two days of the purchase.",
    priority: "low",
    category: "revenue",
    status: "pending",
    estimated_impact: "+2 points",
    impact_points: 2,
    metric_refs: { refunds: 0.031, refund_value_share_90_days: 0.031, target_refund_share: 0.02 },
  }),
  recommendation(5, {
    key: "improve_payouts",
    title: "Pay out on business days only",
    description: "Two payouts of September arrived late because they were due on a bank holiday.",
    priority: "low",
    category: "cash_flow",
    status: "resolved",
    estimated_impact: "+2 points",
    impact_points: 2,
    metric_refs: { payout_reliability: 0.97 },
  }),
];
