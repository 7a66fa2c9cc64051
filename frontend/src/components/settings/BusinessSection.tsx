import { useStore } from "@nanostores/react";
import type { CurrentUser } from "../../lib/api";
import { businessIdStore } from "../../lib/auth";
import { NEW_BUSINESS } from "../../lib/navigation";
import { humanize } from "../../lib/words";
import { useCurrentBusiness } from "../DashboardGuard";
import { Section } from "./Section";

/** The businesses of this person, with what they may do there. */
export function BusinessSection({ user }: { user: CurrentUser }) {
  const { business, canWrite } = useCurrentBusiness();
  const current = useStore(businessIdStore) ?? business.id;
  return (
    <Section id="business" title="Business" note="Profile, currency and time zone. None of it changes the score.">
      <ul className="divide-y divide-line border-y border-line">
        {user.businesses.map(({ id, name, role }) => (
          <li key={id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-2.5 text-sm">
            <span>
              <span className="font-semibold">{name}</span>{" "}
              <span className="text-faint">
                {humanize(role)}
                {id === current && ", shown now"}
              </span>
            </span>
            {id === current ? (
              canWrite && <a href={`${NEW_BUSINESS}?business_id=${id}`}>Edit the profile</a>
            ) : (
              <a href={`/dashboard/settings?business_id=${id}`}>Show this one</a>
            )}
          </li>
        ))}
      </ul>
      <p className="mt-4 text-sm">
        <a href={NEW_BUSINESS}>Add a business</a>
      </p>
    </Section>
  );
}
