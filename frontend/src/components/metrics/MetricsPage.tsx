import { useQuery } from "@tanstack/react-query";
import { ApiError } from "../../lib/api/errors";
import { addDays, daysBetween, today } from "../../lib/format";
import { connectUrl } from "../../lib/navigation";
import { metricHistoryQuery, readinessHistoryQuery } from "../../lib/queries";
import { useUrlState } from "../../lib/use-url-state";
import { useCurrentBusiness } from "../DashboardGuard";
import { DayRange } from "../ui/DayRange";
import { Segment } from "../ui/Segment";
import { Empty, Failure, Loading, Skeleton } from "../ui/states";
import { save } from "../../lib/download";
import { toCsv } from "./csv";
import { MetricsChart } from "./MetricsChart";
import { DEFAULT_PRESET, metricSeries, PRESETS, type Range, rangeFrom, type Series, scoreSeries } from "./series";

const LABELS = { "30d": "30 days", "90d": "90 days", "180d": "6 months", "365d": "1 year" } as const;

export function MetricsPage() {
  const { business } = useCurrentBusiness();
  const [url, change] = useUrlState();
  const range = rangeFrom(url, today(business.timezone));
  const comparing = url.get("compare") === "before";
  const shift = daysBetween(range.start, range.end) + 1;
  const metrics = useQuery(metricHistoryQuery(business.id, range.start, range.end));
  const earlier = useQuery({
    ...metricHistoryQuery(business.id, addDays(range.start, -shift), addDays(range.end, -shift)),
    enabled: comparing,
  });
  const scores = useQuery(readinessHistoryQuery(business.id, 400));
  const series = metrics.data?.length
    ? [
        ...(scores.data ? [scoreSeries(scores.data, range.start, range.end, comparing ? shift : 0)] : []),
        ...metricSeries(metrics.data, business.currency, comparing ? (earlier.data ?? []) : [], shift).toSorted(
          emptyLast,
        ),
      ]
    : [];

  return (
    <>
      <div className="mb-6 flex flex-wrap items-center gap-x-6 gap-y-3">
        <RangePicker range={range} change={change} />
        <label className="flex min-h-11 items-center gap-2 text-sm">
          <input
            type="checkbox"
            className="size-4"
            checked={comparing}
            onChange={() => change({ compare: comparing ? null : "before" })}
          />
          Compare with the {shift} days before
        </label>
        <button
          type="button"
          className="button button-quiet button-small"
          disabled={series.length === 0}
          onClick={() =>
            save(`vaultra-metrics-${range.start}-${range.end}.csv`, new Blob([toCsv(series)], { type: "text/csv" }))
          }
        >
          Download CSV
        </button>
        <p className="text-xs text-faint">
          Amounts in {business.currency.toUpperCase()}, days of the time zone {business.timezone}
        </p>
      </div>
      {metrics.isPending || scores.isPending ? (
        <Loading label="Loading your metrics">
          <div className="grid gap-6 lg:grid-cols-2">
            {[1, 2, 3, 4].map((each) => (
              <Skeleton key={each} className="h-96" />
            ))}
          </div>
        </Loading>
      ) : metrics.isError && !(metrics.error instanceof ApiError && metrics.error.code === "NOT_FOUND") ? (
        <Failure error={metrics.error} retry={() => void metrics.refetch()} />
      ) : series.length === 0 ? (
        <NoMetrics />
      ) : (
        <div className="grid gap-6 lg:grid-cols-2">
          {scores.isError && <Failure error={scores.error} retry={() => void scores.refetch()} />}
          {series.map((each) => (
            <MetricsChart key={each.key} series={each} start={range.start} end={range.end} />
          ))}
        </div>
      )}
    </>
  );
}

function emptyLast(a: Series, b: Series): number {
  const empty = (series: Series) => Number(series.points.every(({ value }) => value === null));
  return empty(a) - empty(b);
}

interface PickerProps {
  range: Range;
  change: (changes: Record<string, string | null>) => void;
}

function RangePicker({ range, change }: PickerProps) {
  return (
    <div className="flex flex-wrap items-center gap-x-6 gap-y-3">
      <Segment
        label="Range"
        value={range.preset ?? ("" as keyof typeof PRESETS)}
        options={LABELS}
        onChange={(preset) => change({ range: preset === DEFAULT_PRESET ? null : preset, start: null, end: null })}
      />
      <DayRange start={range.start} end={range.end} onChange={(start, end) => change({ start, end, range: null })} />
    </div>
  );
}

function NoMetrics() {
  const { business, stripe } = useCurrentBusiness();
  if (!stripe.connected) {
    return (
      <Empty
        title="Nothing to show yet"
        action={
          <a className="button" href={connectUrl(business.id)}>
            Connect Stripe
          </a>
        }
      >
        Your metrics are computed from your Stripe history.
      </Empty>
    );
  }
  return <Empty title="No metrics in this range">Choose a longer one, or come back when the import is further.</Empty>;
}
