import { useQuery } from "@tanstack/react-query";
import type { ApiError } from "../../lib/api/errors";
import { connectUrl } from "../../lib/navigation";
import { readinessQuery } from "../../lib/queries";
import { useCurrentBusiness } from "../DashboardGuard";
import { Empty } from "../ui/states";

/** Why there is no score yet, from `details.reason` of the API's 404, and what comes next. */
export function NoScore({ error }: { error: ApiError }) {
  const { business } = useCurrentBusiness();
  // While data comes in the answer changes by itself, so keep asking.
  useQuery({ ...readinessQuery(business.id), refetchInterval: error.reason === "importing" ? 2_000 : false });
  switch (error.reason) {
    case "not_connected":
      return (
        <Empty
          title="Connect Stripe to get your score"
          action={
            <a className="button" href={connectUrl(business.id)}>
              Connect Stripe
            </a>
          }
        >
          {error.message}
        </Empty>
      );
    case "importing":
      return <Empty title="Your score is being computed">{error.message} This page shows it as soon as it is there.</Empty>;
    default:
      return <Empty title="Not enough history for a score yet">{error.message}</Empty>;
  }
}
