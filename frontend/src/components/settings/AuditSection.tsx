import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { AuditEntry } from "../../lib/api";
import { moment } from "../../lib/format";
import { auditQuery } from "../../lib/queries";
import { humanize } from "../../lib/words";
import { useCurrentBusiness } from "../DashboardGuard";
import { Row, Rows } from "../ui/Rows";
import { Segment } from "../ui/Segment";
import { ShowMore } from "../ui/ShowMore";
import { Loaded, Skeleton } from "../ui/states";
import { actionLabel } from "./audit";
import { Section } from "./Section";

/** Who did what: oneself, and for owners the whole business. The log is only ever added to. */
export function AuditSection({ me }: { me: string }) {
  const { business, role } = useCurrentBusiness();
  const [scope, setScope] = useState<"business" | "me">(role === "owner" ? "business" : "me");
  const log = useInfiniteQuery(auditQuery(scope === "business" ? business.id : null));
  return (
    <Section
      id="log"
      title="Activity"
      note="What was done, newest first. Nobody can change or delete what is written here."
    >
      {role === "owner" && (
        <div className="mb-4">
          <Segment
            label="Whose activity"
            value={scope}
            options={{ business: business.name, me: "Yours" }}
            onChange={setScope}
          />
        </div>
      )}
      <Loaded query={log} placeholder={<Skeleton className="h-64" />}>
        {({ pages }) => (
          <Rows>
            {pages
              .flatMap(({ entries }) => entries)
              .map((entry) => (
                <Row
                  key={entry.id}
                  title={
                    <>
                      <span className="font-semibold">{actionLabel(entry.action)}</span>
                      {scope === "business" && <span className="text-soft"> by {actorOf(entry, me)}</span>}
                    </>
                  }
                  note={[moment(entry.at, business.timezone), ...circumstances(entry)].join(" · ")}
                />
              ))}
          </Rows>
        )}
      </Loaded>
      <ShowMore query={log} />
    </Section>
  );
}

function actorOf({ actor_id, actor_name }: AuditEntry, me: string): string {
  if (actor_id === me) return "you";
  return actor_name ?? (actor_id === null ? "Vaultra" : "somebody whose account is gone");
}

function circumstances({ details, address }: AuditEntry): string[] {
  const told = Object.entries(details).map(([name, value]) => `${humanize(name)}: ${humanize(value).toLowerCase()}`);
  return address === null ? told : [...told, `from ${address}`];
}
