import { describe, expect, it } from "vitest";
import { addDays, count, day, moment, money, percent, plural, points, today } from "../src/lib/format";

describe("money", () => {
  it("has the currency's own number of decimals", () => {
    expect(money(1234.5, "usd")).toBe("$1,234.50");
    expect(money(1234, "jpy")).toBe("¥1,234");
    expect(money(1.234, "KWD").replace(/\u00a0/g, " ")).toBe("KWD 1.234");
  });

  it("is a dash when there is no data, and a zero when there is a zero", () => {
    expect(money(null, "usd")).toBe("–");
    expect(money(0, "usd")).toBe("$0.00");
  });

  it("can be short for an axis", () => {
    expect(money(15_000, "usd", { compact: true })).toBe("$15K");
  });
});

describe("percent", () => {
  it.each([
    [0.0075, "0.75%"],
    [0.0064, "0.64%"],
    [0.991, "99.1%"],
    [1, "100%"],
    [null, "–"],
  ])("%s → %s", (ratio, text) => expect(percent(ratio)).toBe(text));
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
    expect(day("2026-03-01")).toBe("Mar 1, 2026");
    expect(day("2026-12-31", { year: false })).toBe("Dec 31");
  });

  it("are counted across months, leap days and changes of the clock", () => {
    expect(addDays("2028-02-28", 1)).toBe("2028-02-29");
    expect(addDays("2026-03-01", -1)).toBe("2026-02-28");
    expect(addDays("2026-11-01", 1)).toBe("2026-11-02");
    expect(addDays("2026-11-21", -365)).toBe("2025-11-21");
  });

  it("begin at midnight in the business's time zone", () => {
    const now = new Date("2026-11-22T02:30:00Z");
    expect(today("America/New_York", now)).toBe("2026-11-21");
    expect(today("Asia/Tokyo", now)).toBe("2026-11-22");
  });

  it("and moments are told in the business's time zone", () => {
    expect(moment("2026-11-22T02:30:00Z", "America/New_York")).toMatch(/^Nov 21, 2026, 9:30\sPM$/);
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
