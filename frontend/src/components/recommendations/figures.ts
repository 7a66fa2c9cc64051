/** The figures a recommendation speaks of: how each is called, what it is now, and where it should get to. */
import type { Recommendation } from "../../lib/api";
import { count, day, isDay, money, percent } from "../../lib/format";
import { factorLabel, humanize } from "../../lib/words";
import { formatMetric, METRICS } from "../metrics/catalogue";

interface Figure {
  label: string;
  now: string;
  /** null: it is told for what it says, not as something to move. */
  target: string | null;
}

export interface Figures {
  /** Those with a goal first. */
  measured: Figure[];
  /** The day by which the goals are meant to be reached. */
  by: string | null;
}

// Values of the rulebook's factors, as the rulebook measures them.
const SHARES = new Set(["trend", "steadiness", "disputes", "refunds", "payouts", "top_customer", "returning"]);

// The same figure once more, by the factor that counts it.
const TWINS: Record<string, string> = { continuity: "weak_weeks" };

// A goal that is set for another figure than the one of its own name.
const GOALS: Record<string, string> = {
  refund_value_share_90_days: "target_refund_share",
  identified_share_90_days: "target_identified_share",
  payouts: "target_share_in_time_180_days",
};

/** `target_…` goes with the figure it is meant for; the day that the figures are from is told elsewhere. */
export function figures(refs: Recommendation["metric_refs"], currency: string): Figures {
  const by = typeof refs["by"] === "string" && isDay(refs["by"]) ? day(refs["by"]) : null;
  const told = (key: string) =>
    !key.startsWith("target_") && key !== "as_of" && key !== "by" && !(TWINS[key] !== undefined && TWINS[key] in refs);
  const measured = Object.entries(refs)
    .filter(([key]) => told(key))
    .map(([key, value]) => {
      const goal = refs[GOALS[key] ?? `target_${key}`];
      return {
        label: label(key),
        now: format(key, value, currency),
        target: goal === undefined || goal === null ? null : format(key, goal, currency),
      };
    })
    .toSorted((a, b) => Number(a.target === null) - Number(b.target === null));
  return { measured, by };
}

function label(key: string): string {
  const days = /^(.*)_(\d+)_days$/.exec(key);
  if (days) return `${humanize(days[1] ?? key)}, ${days[2]} days`;
  const repeated = /^(.*)_if_repeated$/.exec(key);
  if (repeated) return `${factorLabel(repeated[1] ?? key)}, if it goes on`;
  return METRICS.find((each) => each.key === key)?.label ?? factorLabel(key);
}

function format(key: string, value: unknown, currency: string): string {
  if (typeof value !== "number") return formatMetric(key, value, currency);
  const factor = key.replace(/_if_repeated$/, "");
  // The scale of a business is compared in US dollars, whatever its own currency.
  if (factor === "scale") return `${money(value, "usd", { compact: true })} a month`;
  if (SHARES.has(factor) || key.includes("_share")) return percent(value);
  return METRICS.some((each) => each.key === key) ? formatMetric(key, value, currency) : count(value, 2);
}
