import type { ScoreChange } from "../../lib/api";
import { day, plural, points } from "../../lib/format";
import { scoreHandle } from "../../lib/evidence";
import { factorLabel, tierLabel } from "../../lib/words";
import { nameOf } from "../evidence/figures";
import { Traced } from "../evidence/Traced";
import { type Bar, bars, scale } from "./waterfall";

/** From one day's score to another's, factor by factor; each with the day and the figures with which it began. */
export function Waterfall({ change }: { change: ScoreChange }) {
  const { low, high } = scale(change);
  const x = (value: number) => ((value - low) / (high - low)) * 100;
  return (
    <>
      <p className="text-soft">{summarize(change)}</p>
      {change.moves.length > 0 && (
        <ol className="mt-3">
          <End
            label={day(change.from_day)}
            handle={scoreHandle(change.rulebook, change.from_day)}
            raw={change.raw_from}
          >
            <rect x={x(change.raw_from) - 0.5} width="1" height="10" fill="var(--ink)" />
          </End>
          {bars(change).map((bar) => (
            <Step key={bar.move.factor} bar={bar} x={x} />
          ))}
          <End label={day(change.to_day)} handle={scoreHandle(change.rulebook, change.to_day)} raw={change.raw_to}>
            <rect x={x(change.raw_to) - 0.5} width="1" height="10" fill="var(--ink)" />
          </End>
        </ol>
      )}
    </>
  );
}

/** The whole waterfall in a sentence or two. */
export function summarize({ score_from, score_to, tier_from, tier_to, from_day, to_day, moves }: ScoreChange): string {
  const change = score_to - score_from;
  const span = `between ${day(from_day)} and ${day(to_day)}`;
  if (moves.length === 0) return `Nothing moved your score ${span}: it is ${score_to} on both days.`;
  const moved =
    change === 0
      ? `Your score is ${score_to} on both days, but not for the same reasons`
      : `Your score went ${change > 0 ? "up" : "down"} ${plural(Math.abs(change), "point")} ${span}`;
  const tier = tier_from === tier_to ? "" : `, from ${tierLabel(tier_from)} to ${tierLabel(tier_to)}`;
  const most = moves.reduce((a, b) => (Math.abs(b.change) > Math.abs(a.change) ? b : a));
  return `${moved}${tier}. Most came from ${factorLabel(most.factor).toLowerCase()} (${points(most.change, { signed: true })}).`;
}

interface EndProps {
  label: string;
  handle: string;
  raw: number;
  children: React.ReactNode;
}

function End({ label, handle, raw, children }: EndProps) {
  return (
    <li className="waterfall-row border-t border-line py-2.5">
      <span className="text-sm font-semibold">{label}</span>
      <Picture>{children}</Picture>
      <span className="figure text-right text-sm font-semibold">
        <Traced handle={handle} label={`what made up the score on ${label}`}>
          {points(raw)}
        </Traced>
      </span>
    </li>
  );
}

function Step({ bar: { move, from, to }, x }: { bar: Bar; x: (value: number) => number }) {
  const up = move.change > 0;
  return (
    <li className="border-t border-line py-2.5">
      <div className="waterfall-row">
        <span className="text-sm font-semibold">{factorLabel(move.factor)}</span>
        <Picture>
          <rect
            x={Math.min(x(from), x(to))}
            width={Math.abs(x(to) - x(from))}
            height="10"
            fill={up ? "var(--positive)" : "var(--negative)"}
          />
        </Picture>
        <span className={`figure text-right text-sm font-semibold ${up ? "text-positive" : "text-negative"}`}>
          <span aria-hidden="true">{up ? "▲" : "▼"} </span>
          {points(move.change, { signed: true })}
        </span>
      </div>
      <p className="mt-1 text-sm text-soft">{move.reason}</p>
      <p className="mt-0.5 text-xs text-faint">
        It began on {day(move.first_day)}
        <Figures lead=", when these came in: " handles={move.entered} />
        <Figures
          lead={
            move.entered.length > 0 ? "; and these went out of the window: " : ", when these went out of the window: "
          }
          handles={move.left}
        />
        .
      </p>
    </li>
  );
}

function Figures({ lead, handles }: { lead: string; handles: readonly string[] }) {
  if (handles.length === 0) return null;
  return (
    <>
      {lead}
      {handles.map((handle, index) => (
        <span key={handle}>
          {index > 0 && ", "}
          <Traced handle={handle}>{nameOf({ handle, label: handle }).title.toLowerCase()}</Traced>
        </span>
      ))}
    </>
  );
}

function Picture({ children }: { children: React.ReactNode }) {
  return (
    <svg viewBox="0 0 100 10" preserveAspectRatio="none" className="h-3 w-full" aria-hidden="true">
      <rect width="100" height="10" fill="var(--sunken)" />
      {children}
    </svg>
  );
}
