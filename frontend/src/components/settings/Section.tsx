import type { ReactNode } from "react";

interface Props {
  id: string;
  title: string;
  note?: ReactNode;
  children: ReactNode;
}

/** One part of the settings, which an address can point to. */
export function Section({ id, title, note, children }: Props) {
  return (
    <section id={id} className="card min-w-0 scroll-mt-6" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`} className="heading text-lg">
        {title}
      </h2>
      {note && <p className="mt-1 max-w-prose text-sm text-soft">{note}</p>}
      <div className="mt-4">{children}</div>
    </section>
  );
}
