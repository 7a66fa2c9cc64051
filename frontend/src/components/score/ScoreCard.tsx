import type { ReactNode } from "react";
import type { Tier } from "../../lib/api";
import { day, percent, points } from "../../lib/format";
import { confidenceLabel, TIERS, tierLabel } from "../../lib/words";
import { ScoreGauge } from "./ScoreGauge";
import { TierBadge } from "./TierBadge";

interface Props {
  score: number;
  tier: Tier;
  /** 0–1 */
  confidence: number;
  asOf: string;
  /** Points gained since a week before; null when there is no score from then. */
  change: number | null;
  children?: ReactNode;
}

/** The score, what it means, and where it is going. */
export function ScoreCard({ score, tier, confidence, asOf, change, children }: Props) {
  const next = TIERS.find((each) => each.from > score);
  return (
    <section className="card flex flex-col" aria-labelledby="score-title">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <h2 id="score-title" className="text-sm font-semibold">
          Funding readiness
        </h2>
        <p className="text-xs text-faint">as of {day(asOf)}</p>
      </div>
      <div className="mx-auto mt-4 w-full max-w-64">
        <ScoreGauge score={score} tier={tier} />
        <div className="figure flex justify-between px-1 text-xs text-faint" aria-hidden="true">
          <span>0</span>
          <span>100</span>
        </div>
      </div>
      <p className="sr-only">
        Your score is {score} of 100: {tierLabel(tier)}.
      </p>
      <div className="mt-3 text-center">
        <p className="text-lg" aria-hidden="true">
          <TierBadge tier={tier} />
        </p>
        <p className="figure mt-1 text-sm text-soft">
          <Trend change={change} />
        </p>
      </div>
      <dl className="mt-5 grid grid-cols-2 gap-4 border-t border-line pt-4 text-sm">
        <div>
          <dt className="text-xs text-faint">Confidence</dt>
          <dd className="figure font-medium">
            {confidenceLabel(confidence).replace(" confidence", "")} ({percent(Math.round(confidence * 100) / 100)})
          </dd>
        </div>
        <div>
          <dt className="text-xs text-faint">Next tier</dt>
          <dd className="figure font-medium">
            {next ? `${next.label} in ${points(next.from - score)} points` : "You are in the top tier"}
          </dd>
        </div>
      </dl>
      {children}
    </section>
  );
}

function Trend({ change }: { change: number | null }) {
  if (change === null) return "No score from a week ago yet";
  if (change === 0) return "Unchanged since last week";
  return (
    <span className={change > 0 ? "text-positive" : "text-negative"}>
      <span aria-hidden="true">{change > 0 ? "▲" : "▼"} </span>
      {change > 0 ? "Up" : "Down"} {points(Math.abs(change))} {Math.abs(change) === 1 ? "point" : "points"} since last
      week
    </span>
  );
}
