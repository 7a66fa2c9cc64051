import type { Readiness, Simulation } from "../../lib/api";
import { points } from "../../lib/format";
import { factorLabel, TIERS, tierLabel } from "../../lib/words";
import { ScoreGauge } from "../score/ScoreGauge";
import { TierBadge } from "../score/TierBadge";

interface Props {
  readiness: Readiness;
  /** What the server made of the assumptions; null while nothing is assumed. */
  simulation: Simulation | null;
  onReset: () => void;
}

/** The score as it would be, and what moved. */
export function WhatIf({ readiness, simulation, onReset }: Props) {
  const score = simulation?.score ?? readiness.score;
  const tier = simulation?.tier ?? readiness.tier;
  const change = score - readiness.score;
  const next = TIERS.find((each) => each.from > score);
  return (
    <section className="card" aria-labelledby="what-if-title">
      <h2 id="what-if-title" className="text-sm font-semibold">
        Your score would be
      </h2>
      <div className="mx-auto mt-3 w-full max-w-56">
        <ScoreGauge score={score} tier={tier} />
      </div>
      <div className="mt-2 text-center" role="status">
        <p className="sr-only">
          {simulation === null
            ? `Your score today is ${score} of 100: ${tierLabel(tier)}.`
            : `Your score would be ${score} of 100: ${tierLabel(tier)}.`}
        </p>
        <p className="text-lg" aria-hidden="true">
          <TierBadge tier={tier} />
        </p>
        <p className="figure mt-1 min-h-6 text-sm">
          {simulation === null ? (
            <span className="text-soft">Your score today. Move a slider.</span>
          ) : (
            <>
              {readiness.score} → <span className="font-semibold">{score}</span>{" "}
              <span className={change > 0 ? "text-positive" : change < 0 ? "text-negative" : "text-soft"}>
                ({change === 0 ? "unchanged" : `${points(change, { signed: true })} points`})
              </span>
            </>
          )}
        </p>
        <p className="figure mt-1 min-h-5 text-xs text-faint">
          {next ? `${next.label} begins at ${next.from}` : "The top tier"}
        </p>
      </div>
      {simulation !== null && simulation.moved.length > 0 && (
        <ul className="mt-4 divide-y divide-line border-t border-line text-sm">
          {simulation.moved.map((each) => {
            const moved = each.points - each.points_now;
            return (
              <li key={each.factor} className="flex justify-between gap-4 py-2">
                <span>{factorLabel(each.factor)}</span>
                <span className={`figure font-semibold ${moved < 0 ? "text-negative" : "text-positive"}`}>
                  {points(moved, { signed: true })}
                </span>
              </li>
            );
          })}
        </ul>
      )}
      <button
        type="button"
        className="button button-quiet button-small mt-4 w-full"
        disabled={simulation === null}
        onClick={onReset}
      >
        Back to today
      </button>
    </section>
  );
}
