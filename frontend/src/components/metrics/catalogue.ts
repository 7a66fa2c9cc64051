/** The metrics that are shown: their names, units, what they mean, and which direction is the better one. */
import type { Metrics } from "../../lib/api";
import { count, money, percent } from "../../lib/format";

type Unit = "money" | "ratio" | "number";

export interface MetricInfo {
  key: "revenue_total" | "mrr" | "revenue_volatility" | "chargeback_ratio" | "refund_ratio" | "payout_reliability";
  label: string;
  unit: Unit;
  better: "higher" | "lower";
  meaning: string;
}

export const METRICS: readonly MetricInfo[] = [
  {
    key: "revenue_total",
    label: "Revenue",
    unit: "money",
    better: "higher",
    meaning: "Captured charges of the 30 days, before refunds.",
  },
  {
    key: "mrr",
    label: "Monthly recurring revenue",
    unit: "money",
    better: "higher",
    meaning: "What active subscriptions bring in a month, after discounts, without tax and trials.",
  },
  {
    key: "revenue_volatility",
    label: "Volatility",
    unit: "number",
    better: "lower",
    meaning: "How much weekly revenue swings around its mean over 13 weeks. 0 is perfectly steady.",
  },
  {
    key: "chargeback_ratio",
    label: "Chargeback ratio",
    unit: "ratio",
    better: "lower",
    meaning: "Chargebacks of the 30 days per charge. Stripe calls more than 0.75 % excessive.",
  },
  {
    key: "refund_ratio",
    label: "Refund ratio",
    unit: "ratio",
    better: "lower",
    meaning: "Refunds of the 30 days per charge.",
  },
  {
    key: "payout_reliability",
    label: "Payout reliability",
    unit: "ratio",
    better: "higher",
    meaning: "The share of payouts that arrived when they were due.",
  },
];

const UNITS: Record<string, Unit> = Object.fromEntries(METRICS.map(({ key, unit }) => [key, unit]));

/** A metric's value with its unit, by the metric's name; amounts are major units of `currency`. */
export function formatMetric(key: string, value: unknown, currency: string): string {
  if (typeof value === "string") return value;
  if (typeof value !== "number") return "–";
  switch (UNITS[key]) {
    case "money":
      return money(value, currency);
    case "ratio":
      return percent(value);
    default:
      return count(value, 2);
  }
}

export interface Change {
  direction: "up" | "down" | "same";
  /** "8 %" for amounts, "0.2 percentage points" for ratios, "0.05" for plain numbers */
  size: string;
  good: boolean;
}

/** The change from `before` to `now`; null when one of them is missing or a percentage of nothing would be needed. */
export function compare(
  metric: Pick<MetricInfo, "unit" | "better">,
  now: number | null,
  before: number | null,
): Change | null {
  if (now === null || before === null) return null;
  const difference = now - before;
  let size: string;
  if (metric.unit === "ratio") {
    const digits = Math.abs(difference) < 0.01 ? 2 : 1;
    size = `${count(Math.abs(difference) * 100, digits)} percentage points`;
    if (Math.abs(difference) < 0.00005) return { direction: "same", size, good: true };
  } else if (metric.unit === "number") {
    size = count(Math.abs(difference), 2);
    if (Math.abs(difference) < 0.005) return { direction: "same", size, good: true };
  } else {
    if (before === 0) return now === 0 ? { direction: "same", size: percent(0), good: true } : null;
    const share = Math.abs(difference / before);
    size = percent(roundTo(share, share < 0.1 ? 3 : 2));
    if (share < 0.0005) return { direction: "same", size, good: true };
  }
  const direction = difference > 0 ? "up" : "down";
  return { direction, size, good: (direction === "up") === (metric.better === "higher") };
}

function roundTo(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** The newest snapshot of `history` (oldest first) that shares no day with `latest`: the period before it, if the history reaches that far. */
export function periodBefore(history: readonly Metrics[], latest: Metrics): Metrics | null {
  return history.findLast((each) => each.period_end < latest.period_start) ?? null;
}
