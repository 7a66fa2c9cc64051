import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { disconnectStripe } from "../../lib/api";
import { day, moment, plural } from "../../lib/format";
import { connectUrl, DASHBOARD, go } from "../../lib/navigation";
import { useCurrentBusiness } from "../DashboardGuard";
import { Confirm } from "../ui/Confirm";
import { Failure } from "../ui/states";
import { Section } from "./Section";

/** The connection: what is read, how fresh and how complete it is, and the way out. */
export function StripeSection() {
  const { business, stripe, role } = useCurrentBusiness();
  const [asking, setAsking] = useState(false);
  return (
    <Section
      id="stripe"
      title="Stripe"
      note="Vaultra reads from Stripe. It cannot move money or change anything there."
    >
      <dl className="grid gap-x-6 gap-y-2 text-sm sm:grid-cols-[12rem_1fr]">
        <Fact name="Connection">{stripe.connected ? "Connected" : "Not connected; what was read before is kept"}</Fact>
        {stripe.connected && (
          <>
            <Fact name="Account">
              <code>{stripe.account_id}</code> {stripe.livemode ? "(live)" : "(test mode)"}
            </Fact>
            <Fact name="Last read">
              {stripe.last_synced_at ? moment(stripe.last_synced_at, business.timezone) : "Not yet"}
            </Fact>
            {stripe.import && <Fact name="Imported">{plural(stripe.import.done, "object")}</Fact>}
            <Fact name="Complete through">
              {stripe.completeness?.complete_through
                ? `${day(stripe.completeness.complete_through)}, to the cent`
                : "Not checked yet"}
            </Fact>
            {stripe.events && stripe.events.dead > 0 && (
              <Fact name="Set aside">{plural(stripe.events.dead, "event")} that could not be understood yet</Fact>
            )}
          </>
        )}
      </dl>
      <div className="mt-5 flex flex-wrap items-center gap-3">
        {role !== "owner" ? (
          <p className="text-sm text-soft">Only an owner connects or disconnects Stripe; you are here as {role}.</p>
        ) : stripe.connected ? (
          <button type="button" className="button button-quiet button-small" onClick={() => setAsking(true)}>
            Disconnect…
          </button>
        ) : (
          <a className="button button-small" href={connectUrl(business.id)}>
            Connect Stripe
          </a>
        )}
      </div>
      {asking && <Disconnect onDone={() => setAsking(false)} />}
    </Section>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt className="text-faint">{name}</dt>
      <dd className="figure mb-1 min-w-0 break-words sm:mb-0">{children}</dd>
    </>
  );
}

function Disconnect({ onDone }: { onDone: () => void }) {
  const { business } = useCurrentBusiness();
  const queries = useQueryClient();
  const [purge, setPurge] = useState(false);
  const disconnect = useMutation({
    mutationFn: () => disconnectStripe(business.id, purge),
    onSuccess: async () => {
      await queries.invalidateQueries();
      if (purge) go(DASHBOARD);
      else onDone();
    },
  });
  return (
    <Confirm
      title={`Disconnect Stripe from ${business.name}?`}
      act={disconnect.isPending ? "Disconnecting…" : purge ? "Disconnect and delete" : "Disconnect"}
      busy={disconnect.isPending}
      onCancel={onDone}
      onConfirm={() => disconnect.mutate()}
    >
      <p>Vaultra gives its access back at Stripe and reads nothing more. The score stays at its last day.</p>
      <label className="flex gap-3">
        <input type="checkbox" className="mt-1 size-4" checked={purge} onChange={() => setPurge(!purge)} />
        <span>
          <span className="font-semibold text-ink">Also delete what was imported.</span> Metrics, scores and
          recommendations go with it. This cannot be undone.
        </span>
      </label>
      {disconnect.isError && <Failure error={disconnect.error} />}
    </Confirm>
  );
}
