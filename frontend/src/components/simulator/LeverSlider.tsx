import { useId } from "react";
import { type Lever, placeOf } from "./levers";

interface Props {
  lever: Lever;
  /** The assumed value; null while it stands where it is today. */
  value: number | null;
  onChange: (value: number | null) => void;
}

/** One lever: the browser's own slider, with today's value marked below its track. */
export function LeverSlider({ lever, value, onChange }: Props) {
  const id = useId();
  const { label, now, min, max, step, format, better, meaning } = lever;
  const shown = value ?? now;
  const place = placeOf(lever, now);
  return (
    <li className="py-4">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <label htmlFor={id} className="font-semibold">
          {label}
        </label>
        <p className="figure text-sm">
          {value !== null && (
            <button
              type="button"
              className="button-plain -my-3 mr-1 underline underline-offset-4"
              aria-label={`Reset ${label} to today`}
              onClick={() => onChange(null)}
            >
              Reset
            </button>
          )}
          {value !== null && <span className="text-faint">{format(now)} → </span>}
          <span className="font-semibold">{format(shown)}</span>
        </p>
      </div>
      <p id={`${id}-meaning`} className="text-xs text-faint">
        {meaning} {better === "lower" ? "Less is better." : "More is better."}
      </p>
      <input
        id={id}
        type="range"
        className="slider mt-1"
        min={min}
        max={max}
        // The grid begins at the least value, so today's own would be rounded onto it: any value goes.
        step="any"
        value={shown}
        aria-valuetext={`${format(shown)}${value === null ? ", as today" : `; today ${format(now)}`}`}
        aria-describedby={`${id}-meaning`}
        onChange={(event) => onChange(Math.min(max, Math.round(event.target.valueAsNumber / step) * step))}
        onKeyDown={(event) => {
          const direction = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
          if (direction === undefined) return;
          event.preventDefault();
          const next = (Math.round(shown / step) + direction) * step;
          onChange(Math.min(max, Math.max(min, next)));
        }}
      />
      <div className="relative mx-2 h-5 text-xs text-faint" aria-hidden="true">
        <span className="slider-mark" style={{ left: `${place * 100}%` }} />
        <span
          className="absolute top-1"
          style={place > 0.5 ? { right: `${(1 - place) * 100}%` } : { left: `${place * 100}%` }}
        >
          today
        </span>
      </div>
    </li>
  );
}
