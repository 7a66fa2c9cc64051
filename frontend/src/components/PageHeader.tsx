import type { ReactNode } from "react";
import { plural } from "../lib/format";
import { connectUrl } from "../lib/navigation";
import { useCurrentBusiness } from "./DashboardGuard";

/** The page's title, and what has to be known about the data on every page: sample or real, complete or still coming. */
export function PageHeader({ title, children }: { title: string; children?: ReactNode }) {
  const { business, stripe } = useCurrentBusiness();
  const progress = stripe.import;
  return (
    <header className="mb-7">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="heading text-2xl">{title}</h1>
        {business.sample_data && (
          <span
            className="chip border-caution bg-caution-soft text-caution"
            title="This business is connected to a sandbox account."
          >
            <span aria-hidden="true">◆</span> Sample data
          </span>
        )}
      </div>
      {children && <p className="mt-1.5 max-w-prose text-soft">{children}</p>}
      {!stripe.connected && (
        <p className="mt-3 rounded-md border border-caution bg-caution-soft px-4 py-2.5 text-sm" role="status">
          Stripe is disconnected. What you see is from before, and does not move any more.{" "}
          <a href={connectUrl(business.id)}>Connect again</a>
        </p>
      )}
      {progress?.state === "extending" && (
        <p className="figure mt-3 rounded-md bg-accent-soft px-4 py-2.5 text-sm" role="status">
          Older history is still coming in: {Math.floor(progress.percent)}&nbsp;%, {plural(progress.done, "object")} so
          far. Figures and the score may still move.
        </p>
      )}
      {progress?.state === "error" && (
        <p className="mt-3 rounded-md border border-negative bg-negative-soft px-4 py-2.5 text-sm" role="alert">
          The last sync with Stripe failed{progress.error ? `: ${progress.error}` : "."} Vaultra tries again by itself;
          what you see is the state before.
        </p>
      )}
    </header>
  );
}
