import { useQuery } from "@tanstack/react-query";
import type { Readiness } from "../../lib/api";
import { addDays, points } from "../../lib/format";
import { scoreChangeQuery } from "../../lib/queries";
import { factorLabel } from "../../lib/words";
import { summarize } from "../timeline/Waterfall";
import { Panel } from "../ui/Panel";
import { Failure, Skeleton } from "../ui/states";

const DAYS = 30;
const MOST = 4;

interface Props {
  readiness: Readiness;
  /** The first day that has a score; null as long as it is not known. */
  firstDay: string | null;
}

/** What moved the score in the last month, the largest moves only. */
export function WhyItMoved({ readiness, firstDay }: Props) {
  const start = addDays(readiness.as_of, -DAYS);
  const from = firstDay !== null && firstDay > start ? firstDay : start;
  const change = useQuery({
    ...scoreChangeQuery(readiness.business_id, from, readiness.as_of),
    enabled: firstDay !== null && from < readiness.as_of,
  });
  return (
    <Panel title="Why it moved" action={<a href="/dashboard/score">Score history</a>}>
      {firstDay === readiness.as_of ? (
        <p className="text-sm text-soft">
          This is your first day with a score. From tomorrow on, what moves it is here.
        </p>
      ) : change.isPending ? (
        <Skeleton className="h-40" />
      ) : change.isError ? (
        <Failure error={change.error} retry={() => void change.refetch()} />
      ) : (
        <>
          <p className="text-sm text-soft">{summarize(change.data)}</p>
          <ul className="mt-2 divide-y divide-line">
            {change.data.moves.slice(0, MOST).map((move) => (
              <li key={move.factor} className="flex justify-between gap-4 py-2 text-sm">
                <span>{factorLabel(move.factor)}</span>
                <span className={`figure font-semibold ${move.change > 0 ? "text-positive" : "text-negative"}`}>
                  <span aria-hidden="true">{move.change > 0 ? "▲ " : "▼ "}</span>
                  {points(move.change, { signed: true })}
                </span>
              </li>
            ))}
          </ul>
          {change.data.moves.length === 0 && (
            <p className="mt-2 text-sm">
              <a href="/dashboard/score?span=365d">Compare with a year ago</a>
            </p>
          )}
        </>
      )}
    </Panel>
  );
}
