import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { LatestMetrics, Readiness, Recommendation } from "../../lib/api";
import { addDays, day } from "../../lib/format";
import {
  metricHistoryQuery,
  metricsQuery,
  readinessHistoryQuery,
  readinessQuery,
  recommendationsQuery,
} from "../../lib/queries";
import { NOT_ADVICE } from "../../lib/words";
import { useCurrentBusiness } from "../DashboardGuard";
import { KeyMetrics } from "../metrics/KeyMetrics";
import { periodBefore } from "../metrics/catalogue";
import { Traced } from "../evidence/Traced";
import { RecommendationList } from "../recommendations/RecommendationList";
import { Contributions } from "../score/Contributions";
import { byDay, changeSince } from "../score/history";
import { ScoreCard } from "../score/ScoreCard";
import { ScoreHistory } from "../score/ScoreHistory";
import { WhatItMeans } from "../score/WhatItMeans";
import { Later } from "../ui/Later";
import { Panel } from "../ui/Panel";
import { Failure, Loading, Skeleton } from "../ui/states";
import { Toasts } from "../ui/toasts";
import { Checklist } from "./Checklist";
import { onboardingSteps } from "./checklist";
import { NoScore } from "./NoScore";
import { OutlookPanel } from "./OutlookPanel";
import { useFreshFigures } from "./use-fresh-figures";
import { WhyItMoved } from "./WhyItMoved";

/** How far back the line of scores goes. */
export const HISTORY_DAYS = 180;

/** The page that owners open every morning: where the business stands, why, and what to do about it. */
export function OverviewPage() {
  const { business, stripe } = useCurrentBusiness();
  const readiness = useQuery(readinessQuery(business.id));
  const recommendations = useQuery(recommendationsQuery(business.id));
  useFreshFigures();

  return (
    <>
      <div className="flex flex-col gap-6">
        {/* Both at once, so that nothing that comes later pushes down what is being read. */}
        {readiness.isPending || recommendations.isPending ? (
          <Loading label="Loading your score">
            <div className="grid gap-6 lg:grid-cols-[22rem_1fr]">
              <Skeleton className="h-96" />
              <Skeleton className="h-96" />
            </div>
            <Skeleton className="mt-6 h-screen" />
          </Loading>
        ) : readiness.isError ? (
          <Failure error={readiness.error} retry={() => void readiness.refetch()} />
        ) : (
          <>
            {recommendations.data && (
              <Checklist
                steps={onboardingSteps(business, stripe, readiness.data.score !== null, recommendations.data)}
              />
            )}
            {readiness.data.score === null ? (
              <NoScore {...readiness.data} />
            ) : (
              <Score readiness={readiness.data}>
                {recommendations.isError ? (
                  <Failure error={recommendations.error} retry={() => void recommendations.refetch()} />
                ) : (
                  <NextActions recommendations={recommendations.data} />
                )}
              </Score>
            )}
          </>
        )}
        <Later>
          <KeyFigures />
        </Later>
      </div>
      <Toasts />
    </>
  );
}

function Score({ readiness, children }: { readiness: Readiness; children: ReactNode }) {
  const { business } = useCurrentBusiness();
  const history = useQuery(readinessHistoryQuery(business.id, HISTORY_DAYS));
  const firstDay = history.data ? (byDay(history.data).at(0)?.as_of ?? readiness.as_of) : null;
  const change = history.data ? changeSince(history.data, readiness.score, readiness.as_of, 7) : null;
  return (
    <>
      <div className="grid gap-6 lg:grid-cols-[22rem_1fr]">
        <ScoreCard {...readiness} asOf={readiness.as_of} change={change}>
          <p className="mt-4 text-sm">
            <Traced handle={readiness.handle} label="the score and what makes it up">
              Where this score comes from
            </Traced>
          </p>
          <WhatItMeans />
          <p className="mt-2 text-xs text-faint">
            {readiness.complete_through
              ? `Data complete to the cent through ${day(readiness.complete_through)}, checked against Stripe’s balance.`
              : "Not checked against Stripe’s balance yet."}
          </p>
        </ScoreCard>
        <Panel title="Your score over time" action={<a href="/dashboard/score">Go to any day</a>}>
          {history.isPending ? (
            <Skeleton className="h-92 lg:h-100" />
          ) : history.isError ? (
            <Failure error={history.error} retry={() => void history.refetch()} />
          ) : (
            <ScoreHistory scores={history.data} />
          )}
        </Panel>
      </div>
      {children}
      <Later>
        <div className="grid gap-6 lg:grid-cols-2">
          <WhyItMoved readiness={readiness} firstDay={firstDay} />
          <OutlookPanel />
        </div>
        <Panel title="What makes up your score" note="Ordered by what there is to gain.">
          <Contributions contributions={readiness.contributions} raw={readiness.raw_score} />
          <p className="mt-4 text-xs text-faint">
            Computed by rulebook {readiness.rulebook}. {NOT_ADVICE}
          </p>
        </Panel>
      </Later>
    </>
  );
}

function NextActions({ recommendations }: { recommendations: readonly Recommendation[] }) {
  const { business, canWrite } = useCurrentBusiness();
  return (
    <Panel title="What to do next" action={<a href="/dashboard/recommendations">All recommendations</a>}>
      <RecommendationList
        businessId={business.id}
        currency={business.currency}
        recommendations={recommendations.filter(({ status }) => status === "pending")}
        canWrite={canWrite}
        limit={3}
      />
    </Panel>
  );
}

function KeyFigures() {
  const { business } = useCurrentBusiness();
  const latest = useQuery(metricsQuery(business.id));
  if (latest.data === null) return null;
  return (
    <Panel title="Key metrics, last 30 days" action={<a href="/dashboard/metrics">All metrics</a>}>
      {latest.isPending ? (
        <Skeleton className="h-40" />
      ) : latest.isError ? (
        <Failure error={latest.error} retry={() => void latest.refetch()} />
      ) : (
        <Compared latest={latest.data} />
      )}
    </Panel>
  );
}

function Compared({ latest }: { latest: LatestMetrics }) {
  // The period before ends the day before this one starts; a few days more are asked for in case one is missing.
  const history = useQuery(
    metricHistoryQuery(latest.business_id, addDays(latest.period_start, -7), addDays(latest.period_start, -1)),
  );
  return <KeyMetrics latest={latest} before={history.data ? periodBefore(history.data, latest) : null} />;
}
