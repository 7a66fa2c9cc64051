import { useQuery } from "@tanstack/react-query";
import type { Priority, RecommendationStatus } from "../../lib/api";
import { recommendationsQuery } from "../../lib/queries";
import { useUrlState } from "../../lib/use-url-state";
import { NOT_ADVICE, PRIORITIES, STATUSES } from "../../lib/words";
import { useCurrentBusiness } from "../DashboardGuard";
import { Segment } from "../ui/Segment";
import { Empty, Failure, Loading, Skeleton } from "../ui/states";
import { Toasts } from "../ui/toasts";
import { ORDERS, ordered } from "./order";
import { RecommendationList } from "./RecommendationList";

const EMPTY: Record<RecommendationStatus | "all", string> = {
  pending: "Nothing needs a decision now. New recommendations appear when your numbers change.",
  accepted: "What you accept is kept here until the numbers have moved.",
  dismissed: "What you dismiss is kept here. It can come back after 30 days.",
  resolved: "When your numbers fix what a recommendation was about, it moves here by itself.",
  all: "Recommendations appear as soon as there is a score.",
};

export function RecommendationsPage() {
  const { business, canWrite } = useCurrentBusiness();
  const [url, change] = useUrlState();
  const status =
    oneOf(url.get("status"), [...Object.keys(STATUSES), "all"] as (RecommendationStatus | "all")[]) ?? "pending";
  const priority = oneOf(url.get("priority"), Object.keys(PRIORITIES) as Priority[]);
  const order = oneOf(url.get("sort"), Object.keys(ORDERS) as (keyof typeof ORDERS)[]) ?? "impact";
  const query = useQuery(
    recommendationsQuery(business.id, { ...(status === "all" ? {} : { status }), ...(priority ? { priority } : {}) }),
  );

  return (
    <>
      <div className="mb-5 flex flex-wrap gap-x-6 gap-y-3">
        <Segment
          label="Status"
          value={status}
          options={{ ...STATUSES, all: "All" }}
          onChange={(value) => change({ status: value === "pending" ? null : value })}
        />
        <Segment
          label="Priority"
          value={priority ?? "any"}
          options={{ any: "Any priority", ...PRIORITIES }}
          onChange={(value) => change({ priority: value === "any" ? null : value })}
        />
        <Segment
          label="Order"
          value={order}
          options={ORDERS}
          onChange={(value) => change({ sort: value === "impact" ? null : value })}
        />
      </div>
      {!canWrite && (
        <p className="mb-4 text-sm text-soft">You can read these. Deciding needs the role admin or owner.</p>
      )}
      <section className="card py-1!" aria-labelledby="list-title">
        <h2 id="list-title" className="sr-only">
          {status === "all" ? "All recommendations" : STATUSES[status]}
        </h2>
        {query.isPending ? (
          <Loading label="Loading recommendations">
            <Skeleton className="my-5 h-28" />
            <Skeleton className="my-5 h-28" />
            <Skeleton className="my-5 h-28" />
          </Loading>
        ) : query.isError ? (
          <div className="py-5">
            <Failure error={query.error} retry={() => void query.refetch()} />
          </div>
        ) : query.data.length === 0 ? (
          <div className="py-5">
            <Empty title="Nothing here">{EMPTY[status]}</Empty>
          </div>
        ) : (
          <RecommendationList
            businessId={business.id}
            currency={business.currency}
            recommendations={ordered(query.data, order)}
            canWrite={canWrite}
          />
        )}
      </section>
      <p className="mt-4 text-xs text-faint">{NOT_ADVICE}</p>
      <Toasts />
    </>
  );
}

function oneOf<T extends string>(value: string | null, allowed: readonly T[]): T | null {
  return allowed.find((each) => each === value) ?? null;
}
