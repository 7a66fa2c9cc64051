import { plural } from "../lib/format";
import { connectUrl } from "../lib/navigation";
import { useCurrentBusiness } from "./DashboardGuard";

/** What has to be known about the data before any figure is read: whether it still comes, and whether it is all there. */
export function DataNotices() {
  const { business, stripe } = useCurrentBusiness();
  const progress = stripe.import;
  return (
    <>
      {!stripe.connected && (
        <p className="mb-6 rounded-md border border-caution bg-caution-soft px-4 py-2.5 text-sm" role="status">
          Stripe is disconnected. What you see is from before, and does not move any more.{" "}
          <a href={connectUrl(business.id)}>Connect again</a>
        </p>
      )}
      {progress?.state === "extending" && (
        <p className="figure mb-6 rounded-md bg-accent-soft px-4 py-2.5 text-sm" role="status">
          Older history is still coming in: {Math.floor(progress.percent)}&nbsp;%, {plural(progress.done, "object")} so
          far. Figures and the score may still move.
        </p>
      )}
      {progress?.state === "error" && (
        <p className="mb-6 rounded-md border border-negative bg-negative-soft px-4 py-2.5 text-sm" role="alert">
          The last sync with Stripe failed{progress.error ? `: ${progress.error}` : "."} Vaultra tries again by itself;
          what you see is the state before.
        </p>
      )}
    </>
  );
}
