/**
 * Figures and dates for people, in the style of the texts that the API writes (`vaultra_core.domain.wording`), so that
 * a tile and the sentence beside it read the same: 2.3 %, 1,234.56 USD, 21 November 2026. One style for every reader:
 * a dollar sign could be that of five countries, and a day such as 3/4 that of two. `tests/wording.json` holds both to
 * it. What belongs together is held together by non-breaking spaces.
 */
const LOCALE = "en-GB";
const NONE = "–";
const JOINT = "\u00a0";
/** From here on cents only distract. */
const WHOLE_FROM = 10_000;

interface MoneyStyle {
  /** "8.1k USD", for axes. */
  compact?: boolean;
  /** All decimals, also of large amounts: for a figure that is traced or added up. */
  exact?: boolean;
}

/** An amount in major units of `currency` (ISO 4217, any case). `null` is a dash: never a made-up number. */
export function money(amount: number | null, currency: string, { compact = false, exact = false }: MoneyStyle = {}) {
  if (amount === null) return NONE;
  const code = currency.toUpperCase();
  if (compact) return `${decimal(amount, { notation: "compact", maximumFractionDigits: 1 })}${JOINT}${code}`;
  const own =
    new Intl.NumberFormat(LOCALE, { style: "currency", currency: code }).resolvedOptions().maximumFractionDigits ?? 2;
  const digits = !exact && Math.abs(amount) >= WHOLE_FROM ? 0 : own;
  return `${decimal(amount, { minimumFractionDigits: digits, maximumFractionDigits: digits })}${JOINT}${code}`;
}

/** A ratio as a percentage: 0.0314 → "3.1 %"; a second decimal below 1 %, because thresholds lie there. */
export function percent(ratio: number | null): string {
  if (ratio === null) return NONE;
  const value = ratio * 100;
  const small = value !== 0 && Math.abs(value) < 1;
  return `${decimal(value, { maximumFractionDigits: small ? 2 : 1 })}${JOINT}%`;
}

export function count(value: number | null, digits = 0): string {
  return value === null ? NONE : decimal(value, { maximumFractionDigits: digits });
}

/** Points of a score; `signed` also writes a plus. */
export function points(value: number, { signed = false } = {}): string {
  return decimal(value, { maximumFractionDigits: 1, signDisplay: signed ? "exceptZero" : "negative" });
}

/** A calendar day of the business, `YYYY-MM-DD`. It is a day already, so no time zone may move it. */
export function day(date: string): string {
  return calendar(date, { day: "numeric", month: "long", year: "numeric" });
}

/** The same for an axis: "21 Nov". */
export function shortDay(date: string): string {
  return calendar(date, { day: "numeric", month: "short" });
}

/** A day's month and year, for axes that span several months: "Nov 26". */
export function month(date: string): string {
  return calendar(date, { month: "short", year: "2-digit" });
}

/** A moment (RFC 3339) in the business's time zone: "22 November 2026 at 11:52". */
export function moment(timestamp: string, timezone: string): string {
  return new Intl.DateTimeFormat(LOCALE, { dateStyle: "long", timeStyle: "short", timeZone: timezone }).format(
    new Date(timestamp),
  );
}

/** The calendar day that lies `days` after `date`; negative for before. */
export function addDays(date: string, days: number): string {
  const moved = new Date(`${date}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

/** How many days `end` lies after `start`. */
export function daysBetween(start: string, end: string): number {
  return Math.round((Date.parse(end) - Date.parse(start)) / 86_400_000);
}

/** Today in `timezone`, as `YYYY-MM-DD`. */
export function today(timezone: string, now: Date = new Date()): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: timezone, dateStyle: "short" }).format(now);
}

/** Whether a text names a calendar day that exists. */
export function isDay(text: string | null): text is string {
  return (
    text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && addDays(text, 0) === text
  );
}

export function plural(n: number, one: string, many: string = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

// A real minus sign, no minus before a zero, and ties to even as Python rounds them.
function decimal(value: number, options: Intl.NumberFormatOptions): string {
  const style = { signDisplay: "negative", roundingMode: "halfEven", ...options } as Intl.NumberFormatOptions;
  return new Intl.NumberFormat(LOCALE, style).format(value).replace("-", "−");
}

function calendar(date: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: "UTC" }).format(new Date(`${date}T00:00:00Z`));
}
