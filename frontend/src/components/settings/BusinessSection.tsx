import { useStore } from "@nanostores/react";
import type { CurrentUser } from "../../lib/api";
import { businessIdStore } from "../../lib/auth";
import { NEW_BUSINESS } from "../../lib/navigation";
import { humanize } from "../../lib/words";
import { useCurrentBusiness } from "../DashboardGuard";
import { Row, Rows } from "../ui/Rows";
import { Section } from "./Section";

/** The businesses of this person, with what they may do there. */
export function BusinessSection({ user }: { user: CurrentUser }) {
  const { business, canWrite } = useCurrentBusiness();
  const current = useStore(businessIdStore) ?? business.id;
  return (
    <Section id="business" title="Business" note="Profile, currency and time zone. None of it changes the score.">
      <Rows>
        {user.businesses.map(({ id, name, role }) => (
          <Row
            key={id}
            title={<span className="font-semibold">{name}</span>}
            note={`${humanize(role)}${id === current ? ", shown now" : ""}`}
          >
            {id === current ? (
              canWrite && <a href={`${NEW_BUSINESS}?business_id=${id}`}>Edit the profile</a>
            ) : (
              <a href={`/dashboard/settings?business_id=${id}`}>Show this one</a>
            )}
          </Row>
        ))}
      </Rows>
      <p className="mt-4 text-sm">
        <a href={NEW_BUSINESS}>Add a business</a>
      </p>
    </Section>
  );
}
