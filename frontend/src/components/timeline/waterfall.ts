/** The arithmetic of a waterfall: where each bar begins and ends, on a scale that shows the moves and not the rest. */
import type { ScoreChange } from "../../lib/api";

export type Move = ScoreChange["moves"][number];

export interface Bar {
  move: Move;
  /** Points before and after this move. */
  from: number;
  to: number;
}

/** The moves one after the other, from the first day's raw score to the last day's. */
export function bars({ raw_from, moves }: Pick<ScoreChange, "raw_from" | "moves">): Bar[] {
  let total = raw_from;
  return moves.map((move) => {
    const from = total;
    total += move.change;
    return { move, from, to: total };
  });
}

/** The span of points that is drawn: all ends, with a little room, within 0–100 where the score lies. */
export function scale(change: Pick<ScoreChange, "raw_from" | "raw_to" | "moves">): { low: number; high: number } {
  const ends = [change.raw_from, change.raw_to, ...bars(change).map(({ to }) => to)];
  const room = 2;
  return { low: Math.min(...ends) - room, high: Math.max(...ends) + room };
}
