/** Made-up answers to questions about the score of `fixtures.ts`. */
import type { Outlook, Path, ScoreChange } from "../src/lib/api";
import { BUSINESS_ID } from "./fixtures.ts";

const about = { business_id: BUSINESS_ID, as_of: "2026-11-21", rulebook: "lender-2" };

export const path: Path = {
  ...about,
  score: 72,
  tier: "funding_ready",
  target: 86,
  reached: true,
  steps: [
    {
      factor: "disputes",
      title: "Chargebacks",
      points: 9,
      effort: 4,
      value_now: 0.0064,
      value_target: 0.0019,
      band_now: "below 0.75 %",
      band_target: "below 0.2 %",
      action: "at most 2 chargebacks in the next 30 days",
      evidence: [],
    },
    {
      factor: "refunds",
      title: "Refunds",
      points: 5,
      effort: 2,
      value_now: 0.031,
      value_target: 0.019,
      band_now: "below 4 %",
      band_target: "below 2 %",
      action: "218.00 USD less refunded in 90 days than the 565.00 USD now",
      evidence: [],
    },
  ],
  effort: 6,
  score_after: 86,
  tier_after: "highly_attractive",
  highest: 94,
  obstacles: [],
};

export const scoreChange: ScoreChange = {
  business_id: BUSINESS_ID,
  rulebook: "lender-2",
  from_day: "2026-10-22",
  to_day: "2026-11-21",
  score_from: 69,
  score_to: 72,
  raw_from: 69,
  raw_to: 72,
  tier_from: "improving",
  tier_to: "funding_ready",
  first_day: "2026-10-30",
  moves: [
    {
      factor: "disputes",
      title: "Chargebacks",
      change: 4,
      points_from: 7,
      points_to: 11,
      value_from: 0.0081,
      value_to: 0.0064,
      reason: "There were 14 chargebacks on 2,087 sales in 180 days.",
      first_day: "2026-10-30",
      entered: [],
      left: ["days:chargeback_count:2026-05-02:2026-05-02"],
    },
    {
      factor: "steadiness",
      title: "Steadiness of revenue",
      change: -1,
      points_from: 8,
      points_to: 7,
      value_from: 0.19,
      value_to: 0.28,
      reason: "Weekly revenue lies 28 % off its trend.",
      first_day: "2026-11-08",
      entered: ["days:gross_minor:2026-11-08:2026-11-08"],
      left: [],
    },
  ],
};

export const outlook: Outlook = {
  ...about,
  days: 90,
  currency: "usd",
  score: 72,
  tier: "funding_ready",
  next_tier_on: "2027-01-14",
  crossings: [{ day: "2027-01-14", score: 86, tier: "highly_attractive", moved: ["disputes", "history"] }],
  scores: [
    { day: "2026-11-22", score: 72 },
    { day: "2027-02-19", score: 86 },
  ],
  roll_offs: [
    {
      kind: "chargebacks",
      first: "2026-08-08",
      last: "2026-08-08",
      leaves_on: "2027-02-04",
      count: 2,
      amount: 39,
      evidence: [],
    },
  ],
  limits: [
    { threshold: 0.0075, source: "Stripe: excessive", absorbable: 2, crossed: false, probability: 0.12 },
    { threshold: 0.015, source: "Visa VAMP and Mastercard ECM", absorbable: 9, crossed: false, probability: 0.001 },
  ],
};
