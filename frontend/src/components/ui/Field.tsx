import { type ComponentProps, type ReactNode, useId } from "react";

interface Shared {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
}

/** A labelled input whose hint and error are tied to it for screen readers. Spread react-hook-form's `register` in. */
export function Field({ label, hint, error, ...input }: Shared & ComponentProps<"input">) {
  const { id, describedBy, frame } = useField({ label, hint, error });
  return frame(
    <input
      id={id}
      className="field-input"
      aria-invalid={error !== undefined}
      aria-describedby={describedBy}
      {...input}
    />,
  );
}

export function SelectField({ label, hint, error, children, ...select }: Shared & ComponentProps<"select">) {
  const { id, describedBy, frame } = useField({ label, hint, error });
  return frame(
    <select
      id={id}
      className="field-input"
      aria-invalid={error !== undefined}
      aria-describedby={describedBy}
      {...select}
    >
      {children}
    </select>,
  );
}

function useField({ label, hint, error }: Shared) {
  const id = useId();
  const describedBy = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(" ") || undefined;
  const frame = (control: ReactNode) => (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-sm font-semibold">
        {label}
      </label>
      {control}
      {error && (
        <p id={`${id}-error`} className="mt-1.5 text-sm text-negative">
          {error}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="mt-1.5 text-xs text-faint">
          {hint}
        </p>
      )}
    </div>
  );
  return { id, describedBy, frame };
}
