/** The orders that a list of recommendations can be read in. */
import type { Recommendation } from "../../lib/api";
import { PRIORITIES } from "../../lib/words";

export const ORDERS = { impact: "Most points", priority: "Most urgent", newest: "Newest" } as const;
export type Order = keyof typeof ORDERS;

const RANKS = Object.keys(PRIORITIES);

/** `impact` is the API's own order, in which the others leave what is equal. */
export function ordered(recommendations: readonly Recommendation[], order: Order): readonly Recommendation[] {
  switch (order) {
    case "impact":
      return recommendations;
    case "priority":
      return recommendations.toSorted((a, b) => RANKS.indexOf(a.priority) - RANKS.indexOf(b.priority));
    case "newest":
      return recommendations.toSorted((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at));
  }
}
