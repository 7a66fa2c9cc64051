import type { Tier } from "../../lib/api";
import { TIERS } from "../../lib/words";
import { arc, GAUGE, pointAt } from "./gauge";

/**
 * A score on a half circle, with the tiers marked off. For sighted readers only: the words beside it say the same.
 * No style attributes and no script, so that it can also be rendered at build time.
 */
export function ScoreGauge({ score, tier }: { score: number; tier: Tier }) {
  const end = pointAt(score);
  return (
    <svg viewBox={`0 0 ${GAUGE.width} ${GAUGE.height}`} className="w-full" aria-hidden="true">
      <g fill="none" strokeWidth="11">
        {TIERS.map((each, index) => (
          // Each tier's stretch ends where the next begins, less a hair's breadth that marks the border.
          <path
            key={each.tier}
            d={arc(index === 0 ? 0 : each.from - 0.5, each.to === 100 ? 100 : each.to - 0.5)}
            stroke="var(--line)"
          />
        ))}
        {score > 0 && <path d={arc(0, score)} className={`tier-${tier}`} stroke="currentColor" strokeLinecap="round" />}
      </g>
      <circle
        cx={end.x}
        cy={end.y}
        r="8.5"
        fill="var(--surface)"
        className={`tier-${tier}`}
        stroke="currentColor"
        strokeWidth="4"
      />
      <text
        x={GAUGE.centre.x}
        y={GAUGE.centre.y - 8}
        textAnchor="middle"
        fontSize="68"
        fontWeight="600"
        fill="var(--ink)"
        className="heading figure"
      >
        {score}
      </text>
    </svg>
  );
}
