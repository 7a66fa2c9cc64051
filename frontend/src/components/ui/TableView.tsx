import { useState } from "react";

interface Props {
  /** What the table is about. */
  label: string;
  columns: readonly string[];
  /** The first cell names the row. Only asked for once somebody wants to see the table. */
  rows: () => readonly (readonly string[])[];
}

/** A chart's figures as a table. */
export function TableView({ label, columns, rows }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <details className="mt-2 text-sm" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="disclosure">View as table</summary>
      {open && (
        <div className="mt-1 max-h-72 overflow-auto" tabIndex={0} role="region" aria-label={`${label} as a table`}>
          <table className="data-table">
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column} scope="col">
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows().map(([name, ...cells]) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  {cells.map((cell, index) => (
                    <td key={columns[index + 1]}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
