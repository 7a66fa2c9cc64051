import { addDays, isDay } from "../../lib/format";

export const SPANS = { "7d": 7, "30d": 30, "90d": 90, "365d": 365 } as const;
export type Span = keyof typeof SPANS;
const USUAL: Span = "30d";

/**
 * The two days that an address asks to compare (`from` and `to`, or a `span` up to the last), within the days that
 * have scores. What makes no sense falls back to the last 30 days. `span` is null when the days were chosen one by one.
 */
export function compared(
  query: URLSearchParams,
  first: string,
  last: string,
): { span: Span | null; from: string; to: string } {
  const from = query.get("from");
  const to = query.get("to");
  if (isDay(from) && isDay(to) && first <= from && from < to && to <= last) return { span: null, from, to };
  const asked = query.get("span");
  const span = asked !== null && Object.hasOwn(SPANS, asked) ? (asked as Span) : USUAL;
  const start = addDays(last, -SPANS[span]);
  return { span, from: start < first ? first : start, to: last };
}
