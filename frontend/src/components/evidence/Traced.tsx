import type { ReactNode } from "react";
import { openEvidence } from "../../lib/evidence";

interface Props {
  handle: string;
  /** What the figure is, for those who do not see where it stands: "Where 72 comes from". */
  label?: string;
  className?: string;
  children: ReactNode;
}

/** A figure that can be followed down to what it was computed from. */
export function Traced({ handle, label, className = "", children }: Props) {
  return (
    <button type="button" className={`traced ${className}`} onClick={() => openEvidence(handle)} aria-haspopup="dialog">
      {children}
      <span className="sr-only"> ({label ?? "where this comes from"})</span>
    </button>
  );
}
