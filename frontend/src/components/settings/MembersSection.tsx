import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { changeMember, inviteMember, type Membership, removeMember, revokeInvitation } from "../../lib/api";
import { day } from "../../lib/format";
import { DASHBOARD, go } from "../../lib/navigation";
import { currentUserQuery, invitationsQuery, membersQuery } from "../../lib/queries";
import { humanize } from "../../lib/words";
import { useCurrentBusiness } from "../DashboardGuard";
import { Confirm } from "../ui/Confirm";
import { Field, SelectField } from "../ui/Field";
import { Row, Rows } from "../ui/Rows";
import { Failure, Loaded, Skeleton } from "../ui/states";
import { Section } from "./Section";

type Role = Membership["role"];
const ROLES: Record<Role, string> = {
  viewer: "Viewer: reads",
  admin: "Admin: reads and decides",
  owner: "Owner: all of it, and who belongs here",
};

/** Who belongs to the business. Owners invite, change and remove; everybody may leave. */
export function MembersSection({ me }: { me: string }) {
  const { business, role } = useCurrentBusiness();
  const queries = useQueryClient();
  const members = useQuery(membersQuery(business.id));
  const invitations = useQuery({ ...invitationsQuery(business.id), enabled: role === "owner" });
  const [leaving, setLeaving] = useState<{ id: string; name: string } | null>(null);
  const refresh = () => queries.invalidateQueries({ queryKey: [business.id, "members"] });
  const change = useMutation({
    mutationFn: ({ id, to }: { id: string; to: Role }) => changeMember(business.id, id, to),
    onSettled: refresh,
  });
  const remove = useMutation({
    mutationFn: (id: string) => removeMember(business.id, id),
    onSuccess: async (_, id) => {
      setLeaving(null);
      await refresh();
      if (id === me) {
        await queries.invalidateQueries(currentUserQuery());
        go(DASHBOARD);
      }
    },
  });
  const takeBack = useMutation({ mutationFn: (id: string) => revokeInvitation(business.id, id), onSettled: refresh });
  return (
    <Section id="members" title="Members" note={`Who may look at ${business.name}, and what they may do.`}>
      <Loaded query={members} placeholder={<Skeleton className="h-24" />}>
        {(found) => (
          <Rows>
            {found.map((each) => (
              <Row
                key={each.user_id}
                title={
                  <>
                    <span className="font-semibold">{each.name}</span>
                    {each.user_id === me && <span className="text-faint"> (you)</span>}
                  </>
                }
                note={each.email}
              >
                {role === "owner" ? (
                  <select
                    aria-label={`Role of ${each.name}`}
                    className="field-input w-auto! py-1!"
                    value={each.role}
                    disabled={change.isPending}
                    onChange={(event) => change.mutate({ id: each.user_id, to: event.target.value as Role })}
                  >
                    {Object.keys(ROLES).map((key) => (
                      <option key={key} value={key}>
                        {humanize(key)}
                      </option>
                    ))}
                  </select>
                ) : (
                  <span className="text-soft">{humanize(each.role)}</span>
                )}
                {(role === "owner" || each.user_id === me) && (
                  <button
                    type="button"
                    className="button button-quiet button-small"
                    onClick={() => setLeaving({ id: each.user_id, name: each.name })}
                  >
                    {each.user_id === me ? "Leave" : "Remove"}
                    <span className="sr-only"> {each.user_id === me ? business.name : each.name}</span>
                  </button>
                )}
              </Row>
            ))}
            {invitations.data?.map((each) => (
              <Row
                key={each.id}
                title={<span className="break-all">{each.email}</span>}
                note={`Invited as ${each.role}; the link is good until ${day(each.expires_at.slice(0, 10))}`}
              >
                <button
                  type="button"
                  className="button button-quiet button-small"
                  disabled={takeBack.isPending}
                  onClick={() => takeBack.mutate(each.id)}
                >
                  Take back<span className="sr-only"> the invitation of {each.email}</span>
                </button>
              </Row>
            ))}
          </Rows>
        )}
      </Loaded>
      {invitations.isError && <Failure error={invitations.error} retry={() => void invitations.refetch()} />}
      {change.isError && <Failure error={change.error} />}
      {takeBack.isError && <Failure error={takeBack.error} />}
      {role === "owner" ? <Invite onSent={refresh} /> : <p className="mt-3 text-sm text-soft">Owners invite others.</p>}
      {leaving && (
        <Confirm
          title={leaving.id === me ? `Leave ${business.name}?` : `Remove ${leaving.name}?`}
          act={leaving.id === me ? "Leave" : "Remove"}
          busy={remove.isPending}
          onCancel={() => setLeaving(null)}
          onConfirm={() => remove.mutate(leaving.id)}
        >
          <p>Access ends at once. An owner can invite again.</p>
          {remove.isError && <Failure error={remove.error} />}
        </Confirm>
      )}
    </Section>
  );
}

function Invite({ onSent }: { onSent: () => void }) {
  const { business } = useCurrentBusiness();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const invite = useMutation({
    mutationFn: () => inviteMember(business.id, { email: email.trim(), role }),
    onSuccess: () => {
      setEmail("");
      onSent();
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    invite.mutate();
  };
  return (
    <form onSubmit={submit} className="mt-5 grid items-end gap-4 sm:grid-cols-[1fr_auto_auto]">
      <Field
        label="Invite by e-mail"
        type="email"
        required
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <SelectField label="As" value={role} onChange={(event) => setRole(event.target.value as Role)}>
        {Object.entries(ROLES).map(([key, label]) => (
          <option key={key} value={key}>
            {label}
          </option>
        ))}
      </SelectField>
      <button type="submit" className="button" disabled={invite.isPending || email.trim() === ""}>
        {invite.isPending ? "Sending…" : "Invite"}
      </button>
      <div role="status" className="text-sm sm:col-span-full">
        {invite.isSuccess && `An invitation is on its way to ${invite.data.email}.`}
        {invite.isError && <Failure error={invite.error} />}
      </div>
    </form>
  );
}
