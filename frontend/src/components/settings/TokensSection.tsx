import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { createToken, type PersonalToken, revokeToken } from "../../lib/api";
import { day, moment } from "../../lib/format";
import { tokensQuery } from "../../lib/queries";
import { useCurrentBusiness } from "../DashboardGuard";
import { Confirm } from "../ui/Confirm";
import { Field, SelectField } from "../ui/Field";
import { Row, Rows } from "../ui/Rows";
import { Empty, Failure, Loaded, Skeleton } from "../ui/states";
import { Section } from "./Section";

const SCOPES = { read: "Read only", act: "Read, and decide recommendations" } as const;
const LIFETIMES = { 30: "30 days", 90: "90 days", 365: "A year" } as const;

/** Tokens with which an assistant of one's own reads this business over MCP. */
export function TokensSection() {
  const { business } = useCurrentBusiness();
  const tokens = useQuery(tokensQuery());
  const [secret, setSecret] = useState<string | null>(null);
  const mine = tokens.data?.filter((each) => each.business_id === business.id) ?? [];
  return (
    <Section
      id="tokens"
      title="Your own assistant"
      note={`A token lets an assistant that speaks MCP ask about ${business.name}, with no more rights than you have here. Its address is ${window.location.origin}/mcp.`}
    >
      {secret !== null && <Secret secret={secret} onDone={() => setSecret(null)} />}
      <Loaded query={tokens} placeholder={<Skeleton className="h-20" />}>
        {() =>
          mine.length === 0 ? (
            <Empty title="No tokens yet">Make one when you want to connect an assistant.</Empty>
          ) : (
            <Rows>
              {mine.map((each) => (
                <Token key={each.id} token={each} />
              ))}
            </Rows>
          )
        }
      </Loaded>
      <NewToken onMade={setSecret} />
    </Section>
  );
}

function Secret({ secret, onDone }: { secret: string; onDone: () => void }) {
  const [copied, setCopied] = useState(false);
  return (
    <div role="alert" className="mb-4 rounded-lg border border-caution bg-caution-soft px-4 py-3 text-sm">
      <p className="font-semibold">Copy this token now. It is not kept, and cannot be shown again.</p>
      <p className="mt-2 rounded-md bg-surface px-3 py-2 break-all">
        <code>{secret}</code>
      </p>
      <p className="mt-3 flex gap-3">
        {/* Browsers offer it to pages of https and of this machine only. */}
        {"clipboard" in navigator && (
          <button
            type="button"
            className="button button-small"
            onClick={() => void navigator.clipboard.writeText(secret).then(() => setCopied(true))}
          >
            {copied ? "Copied" : "Copy"}
          </button>
        )}
        <button type="button" className="button button-quiet button-small" onClick={onDone}>
          Done
        </button>
      </p>
    </div>
  );
}

function Token({ token }: { token: PersonalToken }) {
  const { business } = useCurrentBusiness();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const revoke = useMutation({
    mutationFn: () => revokeToken(token.id),
    onSuccess: () => queries.invalidateQueries(tokensQuery()),
  });
  return (
    <Row
      title={
        <>
          <span className="font-semibold">{token.name}</span>{" "}
          <code className="text-xs text-faint">{token.prefix}…</code>
        </>
      }
      note={`${SCOPES[token.scope]}; ends on ${day(token.expires_at.slice(0, 10))}; ${
        token.last_used_at ? `last used ${moment(token.last_used_at, business.timezone)}` : "not used yet"
      }`}
    >
      <button type="button" className="button button-quiet button-small" onClick={() => setAsking(true)}>
        Revoke<span className="sr-only"> {token.name}</span>
      </button>
      {asking && (
        <Confirm
          title={`Revoke ${token.name}?`}
          act={revoke.isPending ? "Revoking…" : "Revoke"}
          busy={revoke.isPending}
          onCancel={() => setAsking(false)}
          onConfirm={() => revoke.mutate()}
        >
          <p>Whatever uses it loses access at once.</p>
          {revoke.isError && <Failure error={revoke.error} />}
        </Confirm>
      )}
    </Row>
  );
}

function NewToken({ onMade }: { onMade: (secret: string) => void }) {
  const { business, canWrite } = useCurrentBusiness();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [scope, setScope] = useState<keyof typeof SCOPES>("read");
  const [days, setDays] = useState(90);
  const create = useMutation({
    mutationFn: () => createToken({ business_id: business.id, name: name.trim(), scope, expires_in_days: days }),
    onSuccess: async (made) => {
      setName("");
      onMade(made.token);
      await queries.invalidateQueries(tokensQuery());
    },
  });
  return (
    <form
      className="mt-5 grid items-end gap-4 sm:grid-cols-[1fr_auto_auto_auto]"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      <Field
        label="Name of the new token"
        required
        maxLength={80}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <SelectField
        label="May"
        value={scope}
        onChange={(event) => setScope(event.target.value === "act" ? "act" : "read")}
      >
        {Object.entries(SCOPES)
          .filter(([key]) => canWrite || key === "read")
          .map(([key, label]) => (
            <option key={key} value={key}>
              {label}
            </option>
          ))}
      </SelectField>
      <SelectField label="For" value={days} onChange={(event) => setDays(Number(event.target.value))}>
        {Object.entries(LIFETIMES).map(([key, label]) => (
          <option key={key} value={key}>
            {label}
          </option>
        ))}
      </SelectField>
      <button type="submit" className="button" disabled={create.isPending || name.trim() === ""}>
        {create.isPending ? "Making…" : "Make a token"}
      </button>
      {create.isError && (
        <div className="sm:col-span-full">
          <Failure error={create.error} />
        </div>
      )}
    </form>
  );
}
