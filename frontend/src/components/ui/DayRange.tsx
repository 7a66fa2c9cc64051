import { useId } from "react";

interface Props {
  start: string;
  end: string;
  min?: string;
  max?: string;
  /** Always in order: the end follows a start that is moved beyond it, and the other way round. */
  onChange: (start: string, end: string) => void;
}

/** Two days, the first not after the second. */
export function DayRange({ start, end, min, max, onChange }: Props) {
  const id = useId();
  const days = [
    { name: "From", value: start, pick: (day: string) => onChange(day, day > end ? day : end) },
    { name: "to", value: end, pick: (day: string) => onChange(day < start ? day : start, day) },
  ];
  return (
    <div className="flex flex-wrap items-center gap-2 text-sm text-soft">
      {days.map(({ name, value, pick }) => (
        <span key={name} className="flex items-center gap-2">
          <label htmlFor={`${id}-${name}`}>{name}</label>
          <input
            id={`${id}-${name}`}
            type="date"
            className="field-input w-auto!"
            value={value}
            min={min}
            max={max}
            onChange={(event) => {
              const day = event.target.value;
              if (day !== "" && (min === undefined || day >= min) && (max === undefined || day <= max)) pick(day);
            }}
          />
        </span>
      ))}
    </div>
  );
}
