import { Chart, type ChartOptions, Filler, LinearScale, LineElement, PointElement } from "chart.js";
import { useId, useMemo, useRef, useState } from "react";
import { Line } from "react-chartjs-2";
import { day, month, shortDay } from "../../lib/format";
import { PointSlider } from "../ui/PointSlider";
import { TableView } from "../ui/TableView";
import type { Point, Series } from "./series";
import { useChartColours } from "./use-chart-colours";

Chart.register(Filler, LinearScale, LineElement, PointElement);

const DAY = 86_400_000;

/** A metric over time: the line, the sentence that says what it shows, any point read out, and the same as a table. */
export function MetricsChart({ series, start, end }: { series: Series; start: string; end: string }) {
  const titleId = useId();
  const colours = useChartColours();
  const chart = useRef<Chart<"line">>(null);
  const [picked, setPicked] = useState<number | null>(null);
  const known = series.points.filter((each) => each.value !== null);
  const place = Math.min(picked ?? series.points.length - 1, series.points.length - 1);

  const data = useMemo(() => {
    const line = (points: readonly Point[]) => points.map((each) => ({ x: Date.parse(each.date), y: each.value }));
    return {
      datasets: [
        {
          data: line(series.points),
          borderColor: colours.accent,
          backgroundColor: colours.accent.replace(/^rgb\((.*)\)$/, "rgba($1, 0.08)"),
          borderWidth: 2,
          fill: true,
          pointRadius: series.points.map((_, index) => (index === picked || known.length === 1 ? 4 : 0)),
          pointBackgroundColor: colours.accent,
        },
        {
          data: line(series.before),
          borderColor: colours["ink-faint"],
          borderDash: [5, 4],
          borderWidth: 1.5,
          pointRadius: 0,
        },
      ],
    };
  }, [series.points, series.before, known.length, colours, picked]);
  const options = useMemo(() => chartOptions(series, start, end, colours), [series, start, end, colours]);

  return (
    <section className="card flex min-w-0 flex-col" aria-labelledby={titleId}>
      <h2 id={titleId} className="font-semibold">
        {series.label}
      </h2>
      <p className="text-xs text-faint">{series.meaning}</p>
      <p className="figure mt-2 min-h-12 text-sm text-soft">{series.summary}</p>
      {known.length > 0 && (
        <>
          <p className="figure mt-auto pt-3 text-xs text-faint">{reading(series, place)}</p>
          <div className="relative h-56 rounded-md focus-within:outline-2 focus-within:outline-accent">
            <div className="h-full" aria-hidden="true">
              <Line ref={chart} data={data} options={options} />
            </div>
            <PointSlider
              label={`${series.label} by day`}
              dates={series.points.map(({ date }) => date)}
              value={place}
              reading={reading(series, place)}
              at={(share) => chart.current?.scales["x"]?.getValueForPixel(share * chart.current.width) ?? 0}
              onPick={setPicked}
            />
          </div>
          <TableView
            label={series.label}
            columns={["Period ending", series.label, ...(series.before.length > 0 ? ["Before"] : [])]}
            rows={() =>
              series.points
                .toReversed()
                .map(({ date, value }) => [
                  day(date),
                  series.format(value),
                  ...(series.before.length > 0 ? [series.format(before(series, date))] : []),
                ])
            }
          />
        </>
      )}
    </section>
  );
}

/** One point in words: "21 November 2026: 8,292.00 USD; before: 8,010.00 USD". */
function reading(series: Series, place: number): string {
  const point = series.points[place];
  if (point === undefined) return "";
  const now = `${day(point.date)}: ${series.format(point.value)}`;
  return series.before.length > 0 ? `${now}; before: ${series.format(before(series, point.date))}` : now;
}

function before(series: Series, date: string): number | null {
  return series.before.find((each) => each.date === date)?.value ?? null;
}

function chartOptions(
  { tick }: Series,
  start: string,
  end: string,
  colours: ReturnType<typeof useChartColours>,
): ChartOptions<"line"> {
  const [from, to] = [Date.parse(start), Date.parse(end)];
  const label = { color: colours["ink-faint"], font: { family: "Inter Variable, sans-serif", size: 12 } };
  const long = to - from > 200 * DAY;
  return {
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? false : { duration: 250 },
    maintainAspectRatio: false,
    events: [], // the slider over the chart does the reading, for pointers and keys alike
    scales: {
      x: {
        type: "linear",
        min: from,
        max: to,
        grid: { display: false },
        border: { color: colours.line },
        // Days stand on a linear scale, which saves the date adapter; its own ticks would fall between days.
        afterBuildTicks: (axis) => {
          const step = Math.max(1, Math.ceil((to - from) / DAY / 5));
          axis.ticks = Array.from({ length: Math.floor((to - from) / DAY / step) + 1 }, (_, i) => ({
            value: to - i * step * DAY,
          })).reverse();
        },
        ticks: {
          ...label,
          maxRotation: 0,
          callback: (value) => (long ? month(iso(Number(value))) : shortDay(iso(Number(value)))),
        },
      },
      y: {
        beginAtZero: true,
        grid: { color: colours.line },
        border: { display: false },
        ticks: { ...label, maxTicksLimit: 5, callback: (value) => tick(Number(value)) },
      },
    },
  };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}
