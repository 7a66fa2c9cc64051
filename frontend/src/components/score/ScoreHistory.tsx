import { useState } from "react";
import type { ScorePoint } from "../../lib/api";
import { day } from "../../lib/format";
import { TIERS, tierLabel } from "../../lib/words";
import { PointSlider } from "../ui/PointSlider";
import { TableView } from "../ui/TableView";
import { byDay, summarize } from "./history";

const WIDTH = 600;
const HEIGHT = 200;

interface Props {
  scores: readonly ScorePoint[];
  /** Two days to mark, for what is compared. */
  between?: { from: string; to: string };
  /** Told which day is looked at. The place is then kept when the pointer leaves, to do something with it. */
  onScrub?: (day: string) => void;
}

/** The score's line over time, with the tiers as its scale. A slider lies over it: drag, point, or use the arrow keys. */
export function ScoreHistory({ scores, between, onScrub }: Props) {
  const days = byDay(scores);
  const [picked, setPicked] = useState<number | null>(null);
  const pick = (place: number | null) => {
    setPicked(place);
    const score = place === null ? undefined : days[place];
    if (score) onScrub?.(score.as_of);
  };
  const first = days.at(0);
  const last = days.at(-1);
  if (first === undefined || last === undefined || days.length < 2) {
    return <p className="text-soft">The line starts as soon as there are scores of two days.</p>;
  }

  const index = Math.min(picked ?? days.length - 1, days.length - 1);
  const shown = days[index] ?? last;
  const from = Date.parse(first.as_of);
  const span = Date.parse(last.as_of) - from;
  const x = (date: string) => ((Date.parse(date) - from) / span) * WIDTH;
  const y = (score: number) => HEIGHT - (score / 100) * HEIGHT;
  const line = days.map((each) => `${x(each.as_of).toFixed(1)},${y(each.score).toFixed(1)}`).join(" ");

  return (
    <div>
      <p className="figure mb-3 text-sm text-soft">{summarize(days)}</p>
      <p className="figure text-sm text-soft" aria-live="polite">
        <span className="font-semibold text-ink">{shown.score}</span> · {tierLabel(shown.tier)} · {day(shown.as_of)}
      </p>
      <div className="mt-3 flex gap-2">
        <div className="relative grow rounded-md focus-within:outline-2 focus-within:outline-offset-4 focus-within:outline-accent">
          <svg
            viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
            preserveAspectRatio="none"
            className="block h-44 w-full lg:h-64 overflow-visible"
            aria-hidden="true"
          >
            {TIERS.map(({ tier, to }) => (
              <line
                key={tier}
                x1="0"
                x2={WIDTH}
                y1={y(to)}
                y2={y(to)}
                stroke="var(--line)"
                vectorEffect="non-scaling-stroke"
              />
            ))}
            <line
              x1="0"
              x2={WIDTH}
              y1={HEIGHT}
              y2={HEIGHT}
              stroke="var(--line-strong)"
              vectorEffect="non-scaling-stroke"
            />
            {between && (
              <rect
                x={x(between.from)}
                width={Math.max(0, x(between.to) - x(between.from))}
                height={HEIGHT}
                fill="var(--accent-soft)"
              />
            )}
            <polygon points={`0,${HEIGHT} ${line} ${WIDTH},${HEIGHT}`} fill="var(--accent)" opacity="0.08" />
            <polyline
              points={line}
              fill="none"
              stroke="var(--accent)"
              strokeWidth="2.25"
              strokeLinejoin="round"
              vectorEffect="non-scaling-stroke"
            />
            <line
              x1={x(shown.as_of)}
              x2={x(shown.as_of)}
              y1="0"
              y2={HEIGHT}
              stroke="var(--ink-faint)"
              strokeDasharray="3 3"
              vectorEffect="non-scaling-stroke"
            />
            {/* A line of no length with round caps: a dot that the stretched picture cannot squash. */}
            <path
              d={`M ${x(shown.as_of)} ${y(shown.score)} h 0`}
              stroke="var(--accent)"
              strokeWidth="9"
              strokeLinecap="round"
              vectorEffect="non-scaling-stroke"
            />
          </svg>
          <PointSlider
            label="Score by day"
            dates={days.map(({ as_of }) => as_of)}
            value={index}
            reading={`${day(shown.as_of)}: ${shown.score}, ${tierLabel(shown.tier)}`}
            at={(place) => from + place * span}
            onPick={pick}
            sticky={onScrub !== undefined}
          />
        </div>
        <svg className="figure h-44 w-6 shrink-0 overflow-visible text-xs text-faint lg:h-64" aria-hidden="true">
          {[0, 40, 70, 85, 100].map((value) => (
            <text key={value} y={`${100 - value}%`} dy="0.35em" fill="currentColor">
              {value}
            </text>
          ))}
        </svg>
      </div>
      <div className="figure mr-8 mt-1.5 flex justify-between text-xs text-faint">
        <span>{day(first.as_of)}</span>
        <span>{day(last.as_of)}</span>
      </div>
      <TableView
        label="The score by day"
        columns={["Day", "Score", "Tier"]}
        rows={() => days.toReversed().map(({ as_of, score, tier }) => [day(as_of), String(score), tierLabel(tier)])}
      />
    </div>
  );
}
