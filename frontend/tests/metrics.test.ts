import { describe, expect, it } from "vitest";
import { metrics, scores } from "../dev/fixtures";
import { compare, formatMetric, METRICS, periodBefore } from "../src/components/metrics/catalogue";
import { plain } from "./plain";
import { metricSeries, rangeFrom, scoreSeries } from "../src/components/metrics/series";

const metric = (key: string) => METRICS.find((each) => each.key === key)!;
const TODAY = "2026-11-22";

describe("comparing a metric with the period before", () => {
  it("is relative for amounts, in percentage points for ratios, absolute for plain numbers", () => {
    expect(compare(metric("revenue_total"), 108, 100)).toEqual({ direction: "up", size: "8\u00a0%", good: true });
    expect(compare(metric("chargeback_ratio"), 0.006, 0.004)).toEqual({
      direction: "up",
      size: "0.2 percentage points",
      good: false,
    });
    expect(compare(metric("revenue_volatility"), 0.25, 0.3)).toEqual({ direction: "down", size: "0.05", good: true });
  });

  it("says nothing when a side is missing or would have to be divided by zero", () => {
    expect(compare(metric("mrr"), null, 100)).toBeNull();
    expect(compare(metric("mrr"), 100, null)).toBeNull();
    expect(compare(metric("revenue_total"), 100, 0)).toBeNull();
    expect(compare(metric("revenue_total"), 0, 0)?.direction).toBe("same");
  });

  it("does not call noise a change", () => {
    expect(compare(metric("revenue_total"), 100_000.1, 100_000)?.direction).toBe("same");
    expect(compare(metric("payout_reliability"), 1, 1)?.direction).toBe("same");
  });

  it("takes the newest snapshot that shares no day with the latest", () => {
    const latest = metrics.at(-1)!;
    expect(periodBefore(metrics, latest)?.period_end).toBe("2026-10-22");
    expect(periodBefore(metrics.slice(-20), latest)).toBeNull();
  });
});

describe("a metric in words", () => {
  it("has the unit of its name", () => {
    expect(plain(formatMetric("revenue_total", 12.5, "eur"))).toBe("12.50 EUR");
    expect(plain(formatMetric("refund_ratio", 0.031, "eur"))).toBe("3.1 %");
    expect(formatMetric("revenue_volatility", 0.283, "eur")).toBe("0.28");
    expect(formatMetric("something_new", 3, "eur")).toBe("3");
    expect(formatMetric("mrr", null, "eur")).toBe("–");
  });

  it("is summed up in one sentence", () => {
    const short = metrics.slice(-2).map((each, index) => ({ ...each, revenue_total: index === 0 ? 100 : 110 }));
    expect(plain(metricSeries(short, "usd").find(({ key }) => key === "revenue_total")?.summary)).toBe(
      "Revenue is 110.00 USD on 21 November 2026, up 10 % from 100.00 USD on 20 November 2026; it ranged from 100.00 USD to 110.00 USD.",
    );
  });

  it("admits that there is no data", () => {
    const without = metrics.slice(-3).map((each) => ({ ...each, mrr: null }));
    expect(metricSeries(without, "usd").find(({ key }) => key === "mrr")?.summary).toBe(
      "There is no data on monthly recurring revenue in this range.",
    );
  });

  it("keeps the score's line inside of the range", () => {
    const { points } = scoreSeries(scores, "2026-11-01", "2026-11-10");
    expect(points.map(({ date }) => date)).toEqual(
      Array.from({ length: 10 }, (_, i) => `2026-11-${String(i + 1).padStart(2, "0")}`),
    );
  });
});

describe("the range in the address", () => {
  const range = (query: string) => rangeFrom(new URLSearchParams(query), TODAY);

  it("is a preset, or two days", () => {
    expect(range("range=30d")).toEqual({ preset: "30d", start: "2026-10-23", end: TODAY });
    expect(range("start=2026-01-01&end=2026-02-01")).toEqual({ preset: null, start: "2026-01-01", end: "2026-02-01" });
  });

  it("falls back to 90 days when it makes no sense", () => {
    const fallback = { preset: "90d", start: "2026-08-24", end: TODAY };
    for (const query of [
      "",
      "range=forever",
      "range=toString",
      "start=2026-02-30&end=2026-03-01",
      "start=2026-03-01&end=2026-02-01",
      "start=2026-01-01",
    ]) {
      expect(range(query)).toEqual(fallback);
    }
  });
});
