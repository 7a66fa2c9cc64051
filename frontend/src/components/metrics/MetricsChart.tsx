import { Chart, type ChartOptions, Filler, LinearScale, LineElement, PointElement, Tooltip } from "chart.js";
import { useId, useMemo } from "react";
import { Line } from "react-chartjs-2";
import { day, month, shortDay } from "../../lib/format";
import type { Series } from "./series";
import { useChartColours } from "./use-chart-colours";

Chart.register(Filler, LinearScale, LineElement, PointElement, Tooltip);

const DAY = 86_400_000;

/** A metric over time: the line, the sentence that says what it shows, and the same as a table. */
export function MetricsChart({ series, start, end }: { series: Series; start: string; end: string }) {
  const titleId = useId();
  const colours = useChartColours();
  const known = series.points.filter((each) => each.value !== null);

  const data = useMemo(
    () => ({
      datasets: [
        {
          data: series.points.map((each) => ({ x: Date.parse(each.date), y: each.value })),
          borderColor: colours.accent,
          backgroundColor: colours.accent.replace(/^rgb\((.*)\)$/, "rgba($1, 0.08)"),
          borderWidth: 2,
          fill: true,
          pointRadius: known.length === 1 ? 4 : 0,
          pointHitRadius: 12,
          pointHoverRadius: 4,
          pointBackgroundColor: colours.accent,
        },
      ],
    }),
    [series.points, known.length, colours],
  );
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
          <div className="mt-auto h-56 pt-3" aria-hidden="true">
            <Line data={data} options={options} />
          </div>
          <details className="mt-3 text-sm">
            <summary className="text-soft underline underline-offset-4">View as table</summary>
            <div className="mt-2 max-h-72 overflow-y-auto" tabIndex={0} role="region" aria-labelledby={titleId}>
              <table className="data-table">
                <thead>
                  <tr>
                    <th scope="col">Period ending</th>
                    <th scope="col">{series.label}</th>
                  </tr>
                </thead>
                <tbody>
                  {series.points.toReversed().map(({ date, value }) => (
                    <tr key={date}>
                      <td>{day(date)}</td>
                      <td>{series.format(value)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </details>
        </>
      )}
    </section>
  );
}

function chartOptions(
  { points, format, tick }: Series,
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
    interaction: { mode: "nearest", axis: "x", intersect: false },
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
    plugins: {
      tooltip: {
        displayColors: false,
        backgroundColor: colours.ink,
        titleColor: colours.surface,
        bodyColor: colours.surface,
        callbacks: {
          title: ([item]) => (item ? day(points[item.dataIndex]?.date ?? start) : ""),
          label: (item) => format(item.parsed.y),
        },
      },
    },
  };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}
