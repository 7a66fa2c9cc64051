import { useQuery } from "@tanstack/react-query";
import { ApiError } from "../../lib/api/errors";
import { today } from "../../lib/format";
import { connectUrl } from "../../lib/navigation";
import { metricHistoryQuery, readinessHistoryQuery } from "../../lib/queries";
import { useUrlState } from "../../lib/use-url-state";
import { useCurrentBusiness } from "../DashboardGuard";
import { PageHeader } from "../PageHeader";
import { DayRange } from "../ui/DayRange";
import { Segment } from "../ui/Segment";
import { Empty, Failure, Loading, Skeleton } from "../ui/states";
import { MetricsChart } from "./MetricsChart";
import { DEFAULT_PRESET, metricSeries, PRESETS, type Range, rangeFrom, type Series, scoreSeries } from "./series";

const LABELS = { "30d": "30 days", "90d": "90 days", "180d": "6 months", "365d": "1 year" } as const;

export function MetricsPage() {
  const { business } = useCurrentBusiness();
  const [url, change] = useUrlState();
  const range = rangeFrom(url, today(business.timezone));
  const metrics = useQuery(metricHistoryQuery(business.id, range.start, range.end));
  const scores = useQuery(readinessHistoryQuery(business.id, 400));

  return (
    <>
      <PageHeader title="Metrics">
        Each point stands for the 30 days that end there, in {business.currency.toUpperCase()} and the time zone{" "}
        {business.timezone}.
      </PageHeader>
      <RangePicker range={range} change={change} />
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
      ) : !metrics.data?.length ? (
        <NoMetrics />
      ) : (
        <div className="grid gap-6 lg:grid-cols-2">
          {scores.data && (
            <MetricsChart
              series={scoreSeries(scores.data, range.start, range.end)}
              start={range.start}
              end={range.end}
            />
          )}
          {scores.isError && <Failure error={scores.error} retry={() => void scores.refetch()} />}
          {metricSeries(metrics.data, business.currency)
            .toSorted(emptyLast)
            .map((series) => (
              <MetricsChart key={series.key} series={series} start={range.start} end={range.end} />
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
    <div className="mb-6 flex flex-wrap items-center gap-x-6 gap-y-3">
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
