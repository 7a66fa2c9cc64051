/** How the figures behind a handle are written, by what the handle names. */
import type { Evidence } from "../../lib/api";
import { count, day, money, percent, points } from "../../lib/format";
import { factorLabel, humanize } from "../../lib/words";
import { METRICS } from "../metrics/catalogue";

type Part = Evidence["parts"][number];

const RATIOS = new Set([
  "chargeback_ratio",
  "refund_ratio",
  "payout_reliability",
  "refund_value_ratio",
  "failed_charge_ratio",
  "top_customer_share",
  "returning_share",
  "weekly_trend",
  "nrr",
]);
const COUNTS = new Set(["transaction_count", "chargeback_count", "refund_count", "revenue_volatility"]);

const DAILY: Record<string, string> = {
  charge_count: "Sales",
  gross_minor: "Sales amount",
  failed_count: "Failed charges",
  refund_count: "Refunds",
  refunded_minor: "Refunded amount",
  chargeback_count: "Chargebacks",
  chargeback_minor: "Chargeback amount",
  payout_due_count: "Payouts due",
  payout_due_minor: "Payout amount due",
  payout_ok_count: "Payouts in time",
  payout_ok_minor: "Payout amount in time",
  identified_minor: "Sales with a known customer",
  returning_minor: "Sales to returning customers",
  customers: "Customers",
};

/** A handle's figure with its unit. */
export function figureOf(handle: string, value: number | null, currency: string | null): string {
  if (value === null) return "–";
  const [kind, name = ""] = handle.split(":");
  switch (kind) {
    case "contribution":
      return `${points(value, { signed: value < 0 })} points`;
    case "recommendation":
      return `${points(value, { signed: true })} points`;
    case "metric":
      if (RATIOS.has(name)) return percent(value);
      return currency === null || COUNTS.has(name) ? count(value, 2) : money(value, currency, { exact: true });
    case "days":
      return currency !== null && name.endsWith("_minor") ? money(value, currency, { exact: true }) : count(value);
    default:
      return count(value);
  }
}

/** What a handle names, in words: "Chargebacks, 26 May 2026 to 21 November 2026". */
export function nameOf({ handle, label }: Pick<Part, "handle" | "label">): { title: string; when: string | null } {
  const [kind, name = "", first = "", last = ""] = handle.split(":");
  switch (kind) {
    case "contribution":
      return { title: factorLabel(last), when: null };
    case "metric":
      return { title: METRICS.find(({ key }) => key === name)?.label ?? humanize(name), when: `up to ${day(first)}` };
    case "days":
      return {
        title: DAILY[name] ?? label,
        when: first === last ? day(first) : `${day(first)} to ${day(last)}`,
      };
    default:
      return { title: label, when: null };
  }
}

/** Where Stripe's own dashboard shows an object of an account. */
export function stripeUrl(account: string, livemode: boolean, object: string, id: string): string | null {
  const places: Record<string, string> = {
    charge: "payments",
    refund: "refunds",
    dispute: "disputes",
    payout: "payouts",
    subscription: "subscriptions",
  };
  const place = places[object];
  return place === undefined
    ? null
    : `https://dashboard.stripe.com/${account}/${livemode ? "" : "test/"}${place}/${id}`;
}
