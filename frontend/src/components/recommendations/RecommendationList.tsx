import type { Recommendation } from "../../lib/api";
import { RecommendationItem } from "./RecommendationItem";
import { useDecide } from "./use-decide";

interface Props {
  businessId: string;
  currency: string;
  recommendations: readonly Recommendation[];
  canWrite: boolean;
  /** Show the first few only, and briefly. */
  limit?: number;
}

/** Recommendations in the API's order, with their decisions. What was just dismissed is gone until it is undone. */
export function RecommendationList({ businessId, currency, recommendations, canWrite, limit }: Props) {
  const { hidden, busyId, decide } = useDecide(businessId);
  const shown = recommendations.filter(({ id }) => !hidden.includes(id)).slice(0, limit);
  return (
    <ul className="divide-y divide-line">
      {shown.map((each) => (
        <li key={each.id}>
          <RecommendationItem
            recommendation={each}
            currency={currency}
            busy={busyId === each.id}
            brief={limit !== undefined}
            onDecide={canWrite ? (decision) => decide(each, decision) : undefined}
          />
        </li>
      ))}
      {shown.length === 0 && <li className="py-5 text-soft">Nothing left to decide here.</li>}
    </ul>
  );
}
