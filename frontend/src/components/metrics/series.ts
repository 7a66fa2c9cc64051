/** What the metrics page draws: a value per day, and the words that say the same. */
import type { Metrics, ScorePoint } from "../../lib/api";
import { addDays, day, isDay, money } from "../../lib/format";
import { byDay } from "../score/history";
import { compare, formatMetric, METRICS, type MetricInfo } from "./catalogue";

export interface Point {
  date: string;
  value: number | null;
}

export interface Series {
  key: string;
  label: string;
  meaning: string;
  points: readonly Point[];
  /** The same number of days before, each under the day it is compared with; empty when that is not asked for. */
  before: readonly Point[];
  format: (value: number | null) => string;
  /** Shorter, for the axis */
  tick: (value: number) => string;
  /** One sentence for those who cannot or do not want to read the line. */
  summary: string;
}

export function metricSeries(
  history: readonly Metrics[],
  currency: string,
  earlier: readonly Metrics[] = [],
  shift = 0,
): Series[] {
  return METRICS.map((metric) => {
    const read = (each: Metrics): Point => ({ date: each.period_end, value: each[metric.key] });
    const points = history.map(read);
    const before = earlier.map(read).map(({ date, value }) => ({ date: addDays(date, shift), value }));
    const format = (value: number | null) => formatMetric(metric.key, value, currency);
    const tick = metric.unit === "money" ? (value: number) => money(value, currency, { compact: true }) : format;
    const { key, label, meaning } = metric;
    return { key, label, meaning, points, before, format, tick, summary: summarize(metric, points, format) };
  });
}

export function scoreSeries(scores: readonly ScorePoint[], start: string, end: string, shift = 0): Series {
  const within = (from: string, to: string) =>
    byDay(scores)
      .filter((each) => each.as_of >= from && each.as_of <= to)
      .map((each): Point => ({ date: each.as_of, value: each.score }));
  const points = within(start, end);
  const before =
    shift === 0
      ? []
      : within(addDays(start, -shift), addDays(end, -shift)).map(({ date, value }) => ({
          date: addDays(date, shift),
          value,
        }));
  const info = { label: "Readiness score", unit: "number", better: "higher" } as const;
  const format = (value: number | null) => (value === null ? "–" : String(value));
  return {
    key: "readiness",
    label: info.label,
    meaning: "The score of each day, as it would have been computed on that day.",
    points,
    before,
    format,
    tick: String,
    summary: summarize(info, points, format),
  };
}

type Measured = Pick<MetricInfo, "label" | "unit" | "better">;

function summarize(metric: Measured, points: Series["points"], format: Series["format"]): string {
  const known = points.filter((each): each is { date: string; value: number } => each.value !== null);
  const first = known.at(0);
  const last = known.at(-1);
  if (first === undefined || last === undefined) return `There is no data on ${lower(metric.label)} in this range.`;
  const now = `${metric.label} is ${format(last.value)} on ${day(last.date)}`;
  if (first === last) return `${now}.`;
  const low = known.reduce((a, b) => (b.value < a.value ? b : a));
  const high = known.reduce((a, b) => (b.value > a.value ? b : a));
  if (low.value === high.value) return `${now}, the same throughout.`;
  const change = compare(metric, last.value, first.value);
  const moved =
    change === null || change.direction === "same"
      ? "about where it began"
      : `${change.direction} ${change.size} from ${format(first.value)} on ${day(first.date)}`;
  return `${now}, ${moved}; it ranged from ${format(low.value)} to ${format(high.value)}.`;
}

function lower(label: string): string {
  return label.charAt(0).toLowerCase() + label.slice(1);
}

export const PRESETS = { "30d": 30, "90d": 90, "180d": 180, "365d": 365 } as const;
export type Preset = keyof typeof PRESETS;
export const DEFAULT_PRESET: Preset = "90d";

export interface Range {
  preset: Preset | null;
  start: string;
  end: string;
}

/** The range that an address asks for (`range`, or `start` and `end`); anything senseless falls back to the default. */
export function rangeFrom(query: URLSearchParams, today: string): Range {
  const start = query.get("start");
  const end = query.get("end");
  if (isDay(start) && isDay(end) && start <= end) return { preset: null, start, end };
  const asked = query.get("range");
  const preset = asked !== null && Object.hasOwn(PRESETS, asked) ? (asked as Preset) : DEFAULT_PRESET;
  return { preset, start: addDays(today, -PRESETS[preset]), end: today };
}
