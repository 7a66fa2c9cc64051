import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { initiateStripeConnect } from "../../lib/api";
import { DASHBOARD, go } from "../../lib/navigation";
import { readinessQuery } from "../../lib/queries";
import { useCurrentBusiness } from "../DashboardGuard";
import { Failure } from "../ui/states";
import { connectError } from "./connect-errors";
import { ImportProgress } from "./ImportProgress";

/** Connect Stripe, then watch the import; moves on by itself once the first score is there. */
export function ConnectPage() {
  const { stripe } = useCurrentBusiness();
  return stripe.connected ? <Importing /> : <Connect />;
}

function Connect() {
  const { business, role } = useCurrentBusiness();
  const connect = useMutation({ mutationFn: () => initiateStripeConnect(business.id), onSuccess: go });
  const refused = connectError(new URLSearchParams(window.location.search));
  return (
    <>
      <h1 className="heading text-2xl">Connect Stripe</h1>
      <p className="mt-2 text-soft">
        Vaultra reads the history of <strong className="text-ink">{business.name}</strong> at Stripe and computes your
        score from it.
      </p>
      <div className="mt-6 flex flex-col gap-4">
        {refused && (
          <div role="alert" className="rounded-lg border border-caution bg-caution-soft px-5 py-4">
            <p className="font-semibold">{refused.title}</p>
            <p className="mt-1 text-sm text-soft">{refused.help}</p>
          </div>
        )}
        {connect.isError && <Failure error={connect.error} />}
        <div className="card">
          <ul className="flex flex-col gap-3 text-sm">
            <Fact title="Read-only">Vaultra cannot move money, refund, or change anything in your account.</Fact>
            <Fact title="What is read">
              Charges, refunds, disputes, payouts and subscriptions of the last 24 months.
            </Fact>
            <Fact title="What is never stored">Card data, and the names and e-mail addresses of your customers.</Fact>
            <Fact title="Yours to end">You can disconnect at any time in the settings of your Stripe account.</Fact>
          </ul>
          {role === "owner" ? (
            <button
              type="button"
              className="button mt-6 w-full"
              disabled={connect.isPending || connect.isSuccess}
              onClick={() => connect.mutate()}
            >
              {connect.isPending || connect.isSuccess
                ? "Opening Stripe…"
                : refused
                  ? "Try again with Stripe"
                  : "Connect with Stripe"}
            </button>
          ) : (
            <p className="mt-6 rounded-md bg-sunken px-4 py-3 text-sm">
              Only an owner of this business can connect Stripe. Ask one of them to do it; you are here as {role}.
            </p>
          )}
        </div>
      </div>
    </>
  );
}

function Fact({ title, children }: { title: string; children: string }) {
  return (
    <li className="grid gap-x-4 sm:grid-cols-[10rem_1fr]">
      <span className="font-semibold">{title}</span>
      <span className="text-soft">{children}</span>
    </li>
  );
}

function Importing() {
  const { business, stripe } = useCurrentBusiness();
  // There cannot be a score before the newest 90 days have been read.
  const readiness = useQuery({ ...readinessQuery(business.id), enabled: stripe.import?.state !== "starting" });
  const scored = typeof readiness.data?.score === "number";
  useEffect(() => {
    if (scored) go(DASHBOARD);
  }, [scored]);
  return (
    <>
      <h1 className="heading text-2xl">{scored ? "Your score is ready" : "Reading your history"}</h1>
      <p className="mt-2 text-soft">
        The newest 90 days come first, so your score appears in moments. The time before follows in the background.
      </p>
      {stripe.import && <ImportProgress progress={stripe.import} />}
      {readiness.data?.score === null && readiness.data.reason === "insufficient_history" && (
        <div className="card mt-4">
          <p className="font-semibold">There is not enough history for a score yet.</p>
          <p className="mt-1 text-sm text-soft">{readiness.data.message}</p>
          <p className="mt-3 text-sm">
            <a href={DASHBOARD}>Go to the dashboard</a>
          </p>
        </div>
      )}
    </>
  );
}
