import type { Tier } from "../../lib/api";
import { TIERS, tierLabel } from "../../lib/words";

/** The tier by name, colour, and a count of filled bars: it can be told without seeing colour. */
export function TierBadge({ tier }: { tier: Tier }) {
  const rank = TIERS.findIndex((each) => each.tier === tier) + 1;
  return (
    <span className={`inline-flex items-center gap-2 font-semibold tier-${tier}`}>
      <svg viewBox="0 0 20 16" width="20" height="16" aria-hidden="true">
        {TIERS.map((each, index) => (
          <rect
            key={each.tier}
            x={index * 5}
            y={12 - index * 4}
            width="3.5"
            height={4 + index * 4}
            rx="1"
            fill="currentColor"
            opacity={index < rank ? 1 : 0.25}
          />
        ))}
      </svg>
      {tierLabel(tier)}
    </span>
  );
}
