import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type CurrentUser, deleteAccount, deleteBusiness, exportAccount, exportBusiness } from "../../lib/api";
import { leave } from "../../lib/api/session";
import { forgetBusiness } from "../../lib/auth";
import { save } from "../../lib/download";
import { DASHBOARD, go, LOGIN } from "../../lib/navigation";
import { useCurrentBusiness } from "../DashboardGuard";
import { Confirm } from "../ui/Confirm";
import { Field } from "../ui/Field";
import { Failure } from "../ui/states";
import { Section } from "./Section";

/** Take everything along, or delete it. */
export function DataSection({ user }: { user: CurrentUser }) {
  const { business, role } = useCurrentBusiness();
  const [asking, setAsking] = useState<"business" | "account" | null>(null);
  const mine = useMutation({ mutationFn: exportAccount, onSuccess: (file) => save("vaultra-account.json", file) });
  const ours = useMutation({
    mutationFn: (format: "json" | "csv") => exportBusiness(business.id, format),
    onSuccess: (file) => save("vaultra-business.zip", file),
  });
  return (
    <Section id="data" title="Your data" note="Yours to take along and to delete. Deleting cannot be undone.">
      <div className="flex flex-wrap gap-3">
        <button
          type="button"
          className="button button-quiet button-small"
          disabled={mine.isPending}
          onClick={() => mine.mutate()}
        >
          Export my account
        </button>
        {role === "owner" &&
          (["csv", "json"] as const).map((format) => (
            <button
              key={format}
              type="button"
              className="button button-quiet button-small"
              disabled={ours.isPending}
              onClick={() => ours.mutate(format)}
            >
              Export {business.name} as {format.toUpperCase()}
            </button>
          ))}
      </div>
      {[mine, ours].map(({ error }, index) => error && <Failure key={index} error={error} />)}
      <div className="mt-6 flex flex-wrap gap-3 border-t border-line pt-5">
        {role === "owner" && (
          <button type="button" className="button button-danger button-small" onClick={() => setAsking("business")}>
            Delete {business.name}…
          </button>
        )}
        <button type="button" className="button button-danger button-small" onClick={() => setAsking("account")}>
          Delete my account…
        </button>
      </div>
      {asking === "business" && <DeleteBusiness onCancel={() => setAsking(null)} />}
      {asking === "account" && <DeleteAccount user={user} onCancel={() => setAsking(null)} />}
    </Section>
  );
}

function DeleteBusiness({ onCancel }: { onCancel: () => void }) {
  const { business } = useCurrentBusiness();
  const queries = useQueryClient();
  const [typed, setTyped] = useState("");
  const remove = useMutation({
    mutationFn: () => deleteBusiness(business.id, typed),
    onSuccess: () => {
      queries.clear();
      forgetBusiness();
      go(DASHBOARD);
    },
  });
  return (
    <Confirm
      title={`Delete ${business.name}?`}
      act={remove.isPending ? "Deleting…" : "Delete for good"}
      busy={remove.isPending}
      ready={typed === business.name}
      onCancel={onCancel}
      onConfirm={() => remove.mutate()}
    >
      <p>All that was imported and computed goes, for every member. The connection to Stripe is given back.</p>
      <Field
        label={`Type “${business.name}” to go ahead`}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      {remove.isError && <Failure error={remove.error} />}
    </Confirm>
  );
}

function DeleteAccount({ user, onCancel }: { user: CurrentUser; onCancel: () => void }) {
  const [typed, setTyped] = useState("");
  const remove = useMutation({
    mutationFn: deleteAccount,
    onSuccess: () => leave(LOGIN),
  });
  return (
    <Confirm
      title="Delete your account?"
      act={remove.isPending ? "Deleting…" : "Delete for good"}
      busy={remove.isPending}
      ready={typed === user.email}
      onCancel={onCancel}
      onConfirm={() => remove.mutate()}
    >
      <p>Businesses that you alone own have to be deleted, or handed over, first.</p>
      <Field
        label={`Type “${user.email}” to go ahead`}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      {remove.isError && <Failure error={remove.error} />}
    </Confirm>
  );
}
