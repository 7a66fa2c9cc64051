/** The sliders: which factors can be moved, over which range, in which unit. The rules themselves stay on the server. */
import type { Contribution } from "../../lib/api";
import { count, money, percent } from "../../lib/format";
import { factorLabel } from "../../lib/words";

interface Kind {
  min: number;
  /** The highest value a slider offers, given today's. */
  max: (now: number) => number;
  step: number;
  better: "higher" | "lower";
  format: (value: number) => string;
  /** What the slider moves, in the owner's words. */
  meaning: string;
  /** Where the factor's own name says the opposite of what is counted. */
  label?: string;
}

export interface Lever extends Omit<Kind, "max" | "label"> {
  factor: string;
  label: string;
  max: number;
  now: number;
}

// A scale is a round number above the value, so that its ends do not look computed.
const above = (value: number, step: number) => Math.ceil(value / step) * step;
const share = { min: 0, max: () => 1, step: 0.01, format: percent };

const KINDS: Record<string, Kind> = {
  disputes: {
    min: 0,
    max: (now) => Math.max(0.02, above(now * 1.5, 0.01)),
    step: 0.0005,
    better: "lower",
    format: percent,
    meaning: "Chargebacks per sale over 180 days, with the allowance for small samples.",
  },
  trend: {
    min: -0.1,
    max: () => 0.1,
    step: 0.005,
    better: "higher",
    format: (value) => `${percent(value)} per 4 weeks`,
    meaning: "How fast weekly revenue grows, over half a year.",
  },
  scale: {
    min: 0,
    max: (now) => Math.max(25_000, above(now * 2, 5_000)),
    step: 250,
    better: "higher",
    format: (value) => `${money(value, "usd")} a month`,
    meaning: "Net revenue a month over 91 days, compared in US dollars.",
  },
  steadiness: {
    ...share,
    better: "lower",
    meaning: "How far weekly revenue lies off its own trend.",
  },
  continuity: {
    min: 0,
    max: (now) => Math.max(8, Math.ceil(now)),
    step: 1,
    better: "lower",
    format: (value) => `${count(value, 1)} of 26 weeks`,
    label: "Weak weeks",
    meaning: "Weeks that brought less than a quarter of the usual.",
  },
  refunds: {
    min: 0,
    max: (now) => Math.min(1, Math.max(0.2, above(now * 1.5, 0.05))),
    step: 0.0025,
    better: "lower",
    format: percent,
    meaning: "Refunded share of sales over 90 days, with the allowance for small samples.",
  },
  payouts: {
    min: 0.7,
    max: () => 1,
    step: 0.005,
    better: "higher",
    format: percent,
    meaning: "Share of the payout amount that arrives when it is due.",
  },
  top_customer: { ...share, better: "lower", meaning: "Share of revenue that the largest customer brings." },
  returning: { ...share, better: "higher", meaning: "Share of revenue from customers who bought before." },
  revenue_trend: {
    min: -0.5,
    max: () => 0.5,
    step: 0.01,
    better: "higher",
    format: percent,
    meaning: "Revenue of the 30 days against the 30 days before.",
  },
  revenue_volatility: { ...share, better: "lower", meaning: "How much weekly revenue swings around its mean." },
  chargeback_ratio: {
    min: 0,
    max: (now) => Math.max(0.03, above(now * 1.5, 0.01)),
    step: 0.0005,
    better: "lower",
    format: percent,
    meaning: "Chargebacks per sale in the 30 days.",
  },
  payout_reliability: { ...share, better: "higher", meaning: "Share of payouts in time in the 30 days." },
};

/** The levers of a score, those with the most to gain first. What has no value yet cannot be moved. */
export function leversOf(contributions: readonly Contribution[]): Lever[] {
  return contributions
    .toSorted((a, b) => b.max_points - b.points - (a.max_points - a.points))
    .flatMap(({ factor, value }) => {
      const kind = KINDS[factor];
      if (kind === undefined || value === null) return [];
      const min = Math.min(kind.min, value);
      return [
        {
          ...kind,
          label: kind.label ?? factorLabel(factor),
          factor,
          now: value,
          min,
          max: Math.max(kind.max(value), value),
        },
      ];
    });
}

/** The factors that no slider moves, because there is no value yet: what they wait for stands in their reason. */
export function stillUnknown(contributions: readonly Contribution[]): Contribution[] {
  return contributions.filter(({ factor, value }) => value === null && factor in KINDS);
}

/** How far along its slider a value lies, 0–1. */
export function placeOf({ min, max }: Pick<Lever, "min" | "max">, value: number): number {
  return max === min ? 0 : Math.min(1, Math.max(0, (value - min) / (max - min)));
}
