/** Sentences and names that several pages use, so that one thing is called one thing. */
import type { Industry, Priority, RecommendationStatus, Tier } from "./api";

export const INFORMATIONAL_ONLY =
  "Vaultra is informational. It does not lend, and nothing here is financial, investment or tax advice. " +
  "The score's weights are expert judgement; they are not calibrated on loan defaults.";

/** The same in one breath, for the places where guidance is given. */
export const NOT_ADVICE = "Informational only: this is not financial, investment or tax advice.";

/** Upper ends, inclusive; specified with the score (0–40, 41–70, 71–85, 86–100). */
export const TIERS: readonly { tier: Tier; label: string; from: number; to: number }[] = [
  { tier: "not_ready", label: "Not ready", from: 0, to: 40 },
  { tier: "improving", label: "Improving", from: 41, to: 70 },
  { tier: "funding_ready", label: "Funding-ready", from: 71, to: 85 },
  { tier: "highly_attractive", label: "Highly attractive", from: 86, to: 100 },
];

export function tierLabel(tier: Tier): string {
  return TIERS.find((each) => each.tier === tier)?.label ?? tier;
}

/** Confidence in words. The two steps are the score's own: below 0.5 and below 0.75 it is capped for lack of data. */
export function confidenceLabel(confidence: number): string {
  if (confidence < 0.5) return "Low confidence";
  return confidence < 0.75 ? "Moderate confidence" : "High confidence";
}

// The titles that the rulebooks give to their factors and caps.
const FACTORS: Record<string, string> = {
  scale: "Size of revenue",
  history: "Length of history",
  trend: "Growth of revenue",
  steadiness: "Steadiness of revenue",
  continuity: "Weeks without a gap",
  disputes: "Chargebacks",
  refunds: "Refunds",
  payouts: "Payouts in time",
  top_customer: "Largest customer",
  returning: "Returning customers",
  cap_history: "Cap: short history",
  cap_scale: "Cap: small revenue",
  cap_chargebacks: "Cap: excessive chargebacks",
  cap_no_sales: "Cap: no recent sale",
  cap_confidence: "Cap: little data",
  base: "Starting points",
  clamp: "Kept within 0–100",
  revenue_trend: "Revenue against the 30 days before",
  revenue_volatility: "Volatility of weekly revenue",
  chargeback_ratio: "Chargebacks per sale",
  payout_reliability: "Payouts that arrive in time",
};

// What the API says while the tools run.
const TOOLS: Record<string, string> = {
  explain_change: "Finding out what moved your score",
  get_business_context: "Reading your business profile",
  get_metric_summary: "Reading your figures",
  get_outlook: "Looking ahead",
  get_path_to_tier: "Looking for the shortest way up",
  get_readiness_breakdown: "Reading your score",
  get_top_recommendations: "Looking at what to do next",
  list_evidence: "Looking up what is behind a number",
  search_knowledge: "Reading up on it",
  simulate_change: "Trying out your what-if",
};

/** What an answer did with a tool. Later ones are named from their key. */
export function toolLabel(tool: string): string {
  return TOOLS[tool] ?? humanize(tool);
}

/** A factor's name for people. Those of later rulebooks are named from their key. */
export function factorLabel(factor: string): string {
  return FACTORS[factor] ?? humanize(factor);
}

export const PRIORITIES: Record<Priority, string> = { high: "High", medium: "Medium", low: "Low" };

export const STATUSES: Record<RecommendationStatus, string> = {
  pending: "To decide",
  accepted: "Accepted",
  dismissed: "Dismissed",
  resolved: "Resolved",
};

export const INDUSTRIES: Record<Industry, string> = {
  food_and_drink: "Food and drink",
  retail: "Retail",
  ecommerce: "E-commerce",
  software: "Software",
  professional_services: "Professional services",
  health_and_beauty: "Health and beauty",
  education: "Education",
  travel_and_leisure: "Travel and leisure",
  construction: "Construction",
  manufacturing: "Manufacturing",
  nonprofit: "Nonprofit",
  other: "Something else",
};

/** "net_revenue" → "Net revenue" */
export function humanize(key: string): string {
  const words = key.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
