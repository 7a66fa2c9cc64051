import { useRef } from "react";

interface Props {
  label: string;
  /** One point a day, oldest first. */
  dates: readonly string[];
  value: number;
  /** The point in words, for those who do not see the line. */
  reading: string;
  /** The moment that lies under a place of the picture, 0 (left) to 1 (right). */
  at: (place: number) => number;
  /** null: nothing is pointed at any more. */
  onPick: (index: number | null) => void;
  /** Only pressing picks, because what is picked is kept: a mouse that passes by must not lose it. */
  sticky?: boolean;
}

/**
 * An invisible slider over a chart that reads it point by point: with arrow keys, with a finger that is drawn along, or
 * with a mouse that passes. What a finger or a key has picked stays.
 */
export function PointSlider({ label, dates, value, reading, at, onPick, sticky = false }: Props) {
  const pressed = useRef(false);
  const point = (event: React.PointerEvent<HTMLInputElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    onPick(nearest(dates, at((event.clientX - box.left) / box.width)));
  };
  return (
    <input
      type="range"
      min="0"
      max={dates.length - 1}
      value={value}
      className="absolute inset-0 h-full w-full cursor-crosshair touch-pan-y opacity-0"
      aria-label={label}
      aria-valuetext={reading}
      // The browser's own reading of a press knows nothing of the chart's axes.
      onChange={(event) => pressed.current || onPick(event.target.valueAsNumber)}
      onPointerDown={(event) => {
        pressed.current = true;
        point(event);
      }}
      onPointerMove={(event) => (pressed.current || !sticky) && point(event)}
      onPointerUp={() => (pressed.current = false)}
      onPointerCancel={() => (pressed.current = false)}
      onPointerLeave={(event) => !sticky && event.pointerType === "mouse" && onPick(null)}
    />
  );
}

/** The place of the day that lies next to a moment. */
export function nearest(dates: readonly string[], moment: number): number {
  const distances = dates.map((date) => Math.abs(Date.parse(date) - moment));
  return distances.indexOf(Math.min(...distances));
}
