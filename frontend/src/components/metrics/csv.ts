/** The shown series as a table for spreadsheets: a row a day, raw values, nothing rounded. */
import type { Series } from "./series";

export function toCsv(series: readonly Series[]): string {
  const days = [...new Set(series.flatMap(({ points }) => points.map(({ date }) => date)))].sort();
  const columns = series.map(({ key, points }) => ({
    key,
    values: new Map(points.map(({ date, value }) => [date, value])),
  }));
  const rows = days.map((date) => [date, ...columns.map(({ values }) => values.get(date) ?? "")]);
  return [["period_end", ...columns.map(({ key }) => key)], ...rows].map((row) => `${row.join(",")}\r\n`).join("");
}
