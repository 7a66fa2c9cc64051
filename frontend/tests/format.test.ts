import { describe, expect, it } from "vitest";
import {
  addDays,
  count,
  day,
  daysBetween,
  moment,
  money,
  percent,
  plural,
  points,
  shortDay,
  today,
} from "../src/lib/format";
import { toolLabel } from "../src/lib/words";
import { plain } from "./plain";
import wording from "./wording.json";

const DECIMALS: Record<string, number> = { usd: 2, eur: 2, jpy: 0, kwd: 3 };

describe("figures read as in the API's texts", () => {
  it.each(wording.percent as [number, string][])("%s → %s", (ratio, text) => expect(plain(percent(ratio))).toBe(text));
  it.each(wording.money as [number, string, string][])("%s %s → %s", (minor, currency, text) =>
    expect(plain(money(minor / 10 ** (DECIMALS[currency] ?? NaN), currency))).toBe(text),
  );
  it.each(wording.day as [string, string][])("%s → %s", (date, text) => expect(day(date)).toBe(text));
  it.each(wording.tool as [string, string][])("%s → %s", (tool, text) => expect(toolLabel(tool)).toBe(text));
});

describe("money", () => {
  it("is a dash when there is no data, and a zero when there is a zero", () => {
    expect(money(null, "usd")).toBe("–");
    expect(plain(money(0, "usd"))).toBe("0.00 USD");
  });

  it("can be short for an axis, and exact for what is added up", () => {
    expect(plain(money(15_000, "usd", { compact: true }))).toBe("15k USD");
    expect(plain(money(51_588.49, "usd", { exact: true }))).toBe("51,588.49 USD");
  });
});

describe("points", () => {
  it("are signed with a real minus sign when asked", () => {
    expect(points(-34.5, { signed: true })).toBe("−34.5");
    expect(points(7, { signed: true })).toBe("+7");
    expect(points(0, { signed: true })).toBe("0");
    expect(points(7)).toBe("7");
  });
});

describe("days", () => {
  it("are not moved by the reader's time zone", () => {
    expect(day("2026-03-01")).toBe("1 March 2026");
    expect(shortDay("2026-12-31")).toBe("31 Dec");
  });

  it("are counted across months, leap days and changes of the clock", () => {
    expect(addDays("2028-02-28", 1)).toBe("2028-02-29");
    expect(addDays("2026-03-01", -1)).toBe("2026-02-28");
    expect(addDays("2026-11-01", 1)).toBe("2026-11-02");
    expect(addDays("2026-11-21", -365)).toBe("2025-11-21");
    expect(daysBetween("2026-03-28", "2026-04-01")).toBe(4);
  });

  it("begin at midnight in the business's time zone", () => {
    const now = new Date("2026-11-22T02:30:00Z");
    expect(today("America/New_York", now)).toBe("2026-11-21");
    expect(today("Asia/Tokyo", now)).toBe("2026-11-22");
  });

  it("and moments are told in the business's time zone", () => {
    expect(moment("2026-11-22T02:30:00Z", "America/New_York")).toBe("21 November 2026 at 21:30");
  });
});

describe("counts", () => {
  it("group thousands and agree with their noun", () => {
    expect(count(3120)).toBe("3,120");
    expect(plural(1, "object")).toBe("1 object");
    expect(plural(1287, "object")).toBe("1,287 objects");
    expect(plural(2, "entry", "entries")).toBe("2 entries");
  });
});
