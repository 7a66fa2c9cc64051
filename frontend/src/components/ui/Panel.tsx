import type { ReactNode } from "react";

interface Props {
  title: string;
  note?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
}

/** A card with a title. */
export function Panel({ title, note, action, children }: Props) {
  return (
    <section className="card min-w-0" aria-label={title}>
      <div className="mb-3 flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h2 className="text-sm font-semibold">{title}</h2>
        {note && <p className="text-xs text-faint">{note}</p>}
        {action && <p className="panel-action text-sm">{action}</p>}
      </div>
      {children}
    </section>
  );
}
