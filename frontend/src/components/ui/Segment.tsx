interface Props<T extends string> {
  label: string;
  value: T;
  options: Record<T, string>;
  onChange: (value: T) => void;
}

/** One choice of a few, as buttons that say which one holds. */
export function Segment<T extends string>({ label, value, options, onChange }: Props<T>) {
  return (
    <div className="segment" role="group" aria-label={label}>
      {(Object.entries(options) as [T, string][]).map(([key, text]) => (
        <button key={key} type="button" aria-pressed={key === value} onClick={() => onChange(key)}>
          {text}
        </button>
      ))}
    </div>
  );
}
