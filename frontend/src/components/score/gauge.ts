/** The gauge's geometry: a half circle from 0 (left) to 100 (right), in SVG user units, y pointing down. */

export const GAUGE = { width: 240, height: 132, centre: { x: 120, y: 120 }, radius: 104 } as const;

export interface Point {
  x: number;
  y: number;
}

/** The point of the arc that stands for `score`; outside of 0–100 it stays at the nearer end. */
export function pointAt(score: number, radius: number = GAUGE.radius): Point {
  const angle = Math.PI * (1 - Math.min(100, Math.max(0, score)) / 100);
  return {
    x: round(GAUGE.centre.x + radius * Math.cos(angle)),
    y: round(GAUGE.centre.y - radius * Math.sin(angle)),
  };
}

/** The SVG path of the arc between two scores. */
export function arc(from: number, to: number): string {
  const start = pointAt(from);
  const end = pointAt(to);
  return `M ${start.x} ${start.y} A ${GAUGE.radius} ${GAUGE.radius} 0 0 1 ${end.x} ${end.y}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
