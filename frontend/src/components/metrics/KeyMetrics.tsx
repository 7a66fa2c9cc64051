import type { LatestMetrics, Metrics } from "../../lib/api";
import { day, money, plural } from "../../lib/format";
import { metricHandle } from "../../lib/evidence";
import { Traced } from "../evidence/Traced";
import { compare, formatMetric, METRICS, type MetricInfo } from "./catalogue";

/** The figures of the last 30 days, each against the 30 days before. */
export function KeyMetrics({ latest, before }: { latest: LatestMetrics; before: Metrics | null }) {
  return (
    <>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-6 lg:grid-cols-3">
        {METRICS.map((metric) => (
          <div key={metric.key}>
            <dt className="text-xs text-faint" title={metric.meaning}>
              {metric.label}
            </dt>
            <dd className="mt-0.5">
              <p className="figure text-lg font-semibold tracking-tight sm:text-xl">
                {latest[metric.key] === null ? (
                  formatMetric(metric.key, latest[metric.key], latest.currency)
                ) : (
                  <Traced handle={metricHandle(metric.key, latest.period_end)}>
                    {formatMetric(metric.key, latest[metric.key], latest.currency)}
                  </Traced>
                )}
              </p>
              <Delta metric={metric} now={latest[metric.key]} before={before?.[metric.key] ?? null} />
            </dd>
          </div>
        ))}
      </dl>
      <p className="mt-5 border-t border-line pt-3 text-xs text-faint">
        {day(latest.period_start)} to {day(latest.period_end)}
        {before
          ? `, compared with ${day(before.period_start)} to ${day(before.period_end)}.`
          : ". There is no earlier period to compare with yet."}{" "}
        Today so far: {money(latest.today.revenue, latest.currency)} from{" "}
        {plural(latest.today.transaction_count, "charge")}; it counts from midnight.
      </p>
    </>
  );
}

function Delta({ metric, now, before }: { metric: MetricInfo; now: number | null; before: number | null }) {
  if (now === null)
    return <p className="text-xs text-faint">{metric.key === "mrr" ? "No subscriptions" : "No data yet"}</p>;
  const change = compare(metric, now, before);
  if (change === null) return <p className="text-xs text-faint">No comparison</p>;
  if (change.direction === "same") return <p className="text-xs text-faint">Unchanged</p>;
  return (
    <p className={`figure text-xs font-medium ${change.good ? "text-positive" : "text-negative"}`}>
      <span aria-hidden="true">{change.direction === "up" ? "▲" : "▼"} </span>
      {change.direction === "up" ? "Up" : "Down"} {change.size}
      <span className="sr-only">, which is {change.good ? "better" : "worse"}</span>
    </p>
  );
}
