import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Readiness, ScorePoint } from "../../lib/api";
import { day } from "../../lib/format";
import { scoreHandle } from "../../lib/evidence";
import { readinessHistoryQuery, readinessQuery, scoreChangeQuery } from "../../lib/queries";
import { useUrlState } from "../../lib/use-url-state";
import { tierLabel } from "../../lib/words";
import { useCurrentBusiness } from "../DashboardGuard";
import { Traced } from "../evidence/Traced";
import { NoScore } from "../overview/NoScore";
import { byDay } from "../score/history";
import { ScoreHistory } from "../score/ScoreHistory";
import { DayRange } from "../ui/DayRange";
import { Panel } from "../ui/Panel";
import { Segment } from "../ui/Segment";
import { Failure, Loading, Skeleton } from "../ui/states";
import { compared, type Span } from "./span";
import { Waterfall } from "./Waterfall";

const ALL_DAYS = 400;
const LABELS: Record<Span, string> = { "7d": "A week", "30d": "30 days", "90d": "90 days", "365d": "A year" };

export function ScorePage() {
  const { business } = useCurrentBusiness();
  const readiness = useQuery(readinessQuery(business.id));
  const history = useQuery(readinessHistoryQuery(business.id, ALL_DAYS));
  return readiness.isPending || history.isPending ? (
    <Loading label="Loading your score's history">
      <Skeleton className="h-96" />
      <Skeleton className="mt-6 h-96" />
    </Loading>
  ) : readiness.isError ? (
    <Failure error={readiness.error} retry={() => void readiness.refetch()} />
  ) : history.isError ? (
    <Failure error={history.error} retry={() => void history.refetch()} />
  ) : readiness.data.score === null ? (
    <NoScore {...readiness.data} />
  ) : (
    <Timeline readiness={readiness.data} scores={byDay(history.data)} />
  );
}

function Timeline({ readiness, scores }: { readiness: Readiness; scores: readonly ScorePoint[] }) {
  const [url, change] = useUrlState();
  const [scrubbed, setScrubbed] = useState<string | null>(null);
  const first = scores.at(0)?.as_of ?? readiness.as_of;
  const { span, from, to } = compared(url, first, readiness.as_of);
  const shown = scores.find((each) => each.as_of === scrubbed) ?? scores.at(-1);
  return (
    <div className="flex flex-col gap-6">
      <Panel title="Day by day" note={`${scores.length} days, each as it would have been computed on that day.`}>
        <ScoreHistory scores={scores} between={{ from, to }} onScrub={setScrubbed} />
        {shown && (
          <div className="mt-4 flex flex-wrap items-center gap-x-5 gap-y-2 border-t border-line pt-4 text-sm">
            <p className="figure">
              {day(shown.as_of)}:{" "}
              <Traced
                handle={scoreHandle(readiness.rulebook, shown.as_of)}
                label={`what made up the score on ${day(shown.as_of)}`}
                className="font-semibold"
              >
                {shown.score}
              </Traced>
              , {tierLabel(shown.tier)}
            </p>
            <button
              type="button"
              className="button button-quiet button-small"
              disabled={shown.as_of >= to}
              onClick={() => change({ span: null, from: shown.as_of, to })}
            >
              Compare from this day
            </button>
            <button
              type="button"
              className="button button-quiet button-small"
              disabled={shown.as_of <= from}
              onClick={() => change({ span: null, from, to: shown.as_of })}
            >
              Compare up to this day
            </button>
          </div>
        )}
      </Panel>
      <Panel title="What moved it">
        <div className="mb-4 flex flex-wrap items-center gap-x-6 gap-y-3">
          <Segment
            label="Compare over"
            value={span ?? ("" as Span)}
            options={LABELS}
            onChange={(value) => change({ span: value === "30d" ? null : value, from: null, to: null })}
          />
          <DayRange
            start={from}
            end={to}
            min={first}
            max={readiness.as_of}
            onChange={(start, end) => change({ span: null, from: start, to: end })}
          />
        </div>
        {from === to ? (
          <p className="text-soft">There are scores from {day(first)} only. Compare two days once there are more.</p>
        ) : (
          <Change from={from} to={to} />
        )}
      </Panel>
    </div>
  );
}

function Change({ from, to }: { from: string; to: string }) {
  const { business } = useCurrentBusiness();
  const change = useQuery(scoreChangeQuery(business.id, from, to));
  if (change.isPending) return <Skeleton className="h-64" />;
  if (change.isError) return <Failure error={change.error} retry={() => void change.refetch()} />;
  return <Waterfall change={change.data} />;
}
