import type { ReactNode } from "react";

/** Things one below the other. */
export function Rows({ children }: { children: ReactNode }) {
  return <ul className="divide-y divide-line border-y border-line">{children}</ul>;
}

interface RowProps {
  title: ReactNode;
  note?: ReactNode;
  /** What can be done about it. */
  children?: ReactNode;
}

export function Row({ title, note, children }: RowProps) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-2.5 text-sm">
      <span className="min-w-0">
        {title}
        {note && <span className="block text-xs break-words text-faint">{note}</span>}
      </span>
      {children && <span className="panel-action flex items-center gap-2">{children}</span>}
    </li>
  );
}
