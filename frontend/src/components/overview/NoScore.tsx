import { connectUrl } from "../../lib/navigation";
import type { NoScore as Props } from "../../lib/queries";
import { useCurrentBusiness } from "../DashboardGuard";
import { Empty } from "../ui/states";

/** Why there is no score yet, and what comes next. */
export function NoScore({ reason, message, missing }: Props) {
  const { business } = useCurrentBusiness();
  switch (reason) {
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
          {message}
        </Empty>
      );
    case "importing":
      return <Empty title="Your score is being computed">{message} This page shows it as soon as it is there.</Empty>;
    default:
      return (
        <Empty title="Not enough history for a score yet">
          {message} {missing && `What is missing: ${missing}.`}
        </Empty>
      );
  }
}
