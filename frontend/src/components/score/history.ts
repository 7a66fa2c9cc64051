import type { ScorePoint } from "../../lib/api";
import { addDays, day, plural } from "../../lib/format";

/** One score per day, oldest first (the API gives newest first, and a day can have been assessed twice). */
export function byDay(scores: readonly ScorePoint[]): ScorePoint[] {
  const days = new Map<string, ScorePoint>();
  for (const score of scores) {
    const known = days.get(score.as_of);
    if (known === undefined || score.created_at > known.created_at) days.set(score.as_of, score);
  }
  return [...days.values()].sort((a, b) => a.as_of.localeCompare(b.as_of));
}

/**
 * How far the score moved in the `days` before `asOf`, in points; null when no score is that old.
 * A missing day is stood in for by the nearest one before it, but not by one that is more than twice as far back.
 */
export function changeSince(scores: readonly ScorePoint[], score: number, asOf: string, days: number): number | null {
  const latest = addDays(asOf, -days);
  const earliest = addDays(asOf, -2 * days);
  const before = byDay(scores).findLast((each) => each.as_of <= latest && each.as_of >= earliest);
  return before === undefined ? null : score - before.score;
}

/** The line in one sentence. `days` are those of `byDay`, at least one. */
export function summarize(days: readonly ScorePoint[]): string {
  const [first, last] = [days.at(0), days.at(-1)];
  if (first === undefined || last === undefined) return "";
  const values = days.map(({ score }) => score);
  const change = last.score - first.score;
  const than =
    change === 0 ? "the same as" : `${plural(Math.abs(change), "point")} ${change > 0 ? "higher" : "lower"} than`;
  return `Your score is ${than} on ${day(first.as_of)}; its lowest since was ${Math.min(...values)}, its highest ${Math.max(...values)}.`;
}
