/**
 * Figures and dates for people, through `Intl`.
 *
 * The interface is English; of the reader's languages the first English one decides the regional habits.
 */
const LOCALE = readerLocale(globalThis.navigator?.languages ?? []);

function readerLocale(languages: readonly string[]): string {
  // Not every browser reports tags that Intl takes: "en-US@posix" comes from a machine whose LANG is C.
  const english = languages
    .map((language) => language.replace(/[@.].*$/, ""))
    .find((language) => /^en(-|$)/.test(language));
  return english !== undefined && Intl.DateTimeFormat.supportedLocalesOf(english).length > 0 ? english : "en-GB";
}

const NONE = "–";

/** An amount in major units of `currency` (ISO 4217, any case). `null` is a dash: never a made-up number. */
export function money(amount: number | null, currency: string, { compact = false } = {}): string {
  if (amount === null) return NONE;
  return new Intl.NumberFormat(LOCALE, {
    style: "currency",
    currency: currency.toUpperCase(),
    ...(compact ? { notation: "compact", maximumFractionDigits: 1 } : {}),
  }).format(amount);
}

/** A ratio as a percentage: 0.0075 → "0.75%". Small ratios keep a second decimal, because thresholds lie there. */
export function percent(ratio: number | null): string {
  if (ratio === null) return NONE;
  const maximumFractionDigits = Math.abs(ratio) < 0.1 ? 2 : 1;
  return new Intl.NumberFormat(LOCALE, { style: "percent", maximumFractionDigits }).format(ratio);
}

export function count(value: number | null, digits = 0): string {
  return value === null ? NONE : new Intl.NumberFormat(LOCALE, { maximumFractionDigits: digits }).format(value);
}

/** Points of a score, with a real minus sign; `signed` also writes a plus. */
export function points(value: number, { signed = false } = {}): string {
  return new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1, signDisplay: signed ? "exceptZero" : "auto" })
    .format(value)
    .replace("-", "−");
}

/** A calendar day of the business, `YYYY-MM-DD`. It is a day already, so no time zone may move it. */
export function day(date: string, { year = true } = {}): string {
  return new Intl.DateTimeFormat(LOCALE, {
    day: "numeric",
    month: "short",
    ...(year ? { year: "numeric" } : {}),
    timeZone: "UTC",
  }).format(new Date(`${date}T00:00:00Z`));
}

/** A day's month and year, for axes that span several months. */
export function month(date: string): string {
  return new Intl.DateTimeFormat(LOCALE, { month: "short", year: "2-digit", timeZone: "UTC" }).format(
    new Date(`${date}T00:00:00Z`),
  );
}

/** A moment (RFC 3339) in the business's time zone. */
export function moment(timestamp: string, timezone: string): string {
  return new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "short", timeZone: timezone }).format(
    new Date(timestamp),
  );
}

/** The calendar day that lies `days` after `date`; negative for before. */
export function addDays(date: string, days: number): string {
  const moved = new Date(`${date}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

/** Today in `timezone`, as `YYYY-MM-DD`. */
export function today(timezone: string, now: Date = new Date()): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: timezone, dateStyle: "short" }).format(now);
}

export function plural(n: number, one: string, many: string = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}
