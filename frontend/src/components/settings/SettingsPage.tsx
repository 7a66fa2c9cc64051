import { useQuery } from "@tanstack/react-query";
import { currentUserQuery } from "../../lib/queries";
import { Failure, Loading, Skeleton } from "../ui/states";
import { AuditSection } from "./AuditSection";
import { BusinessSection } from "./BusinessSection";
import { DataSection } from "./DataSection";
import { MailSection } from "./MailSection";
import { MembersSection } from "./MembersSection";
import { ProfileSection } from "./ProfileSection";
import { SessionsSection } from "./SessionsSection";
import { StripeSection } from "./StripeSection";
import { TokensSection } from "./TokensSection";

const SECTIONS = {
  profile: "Your profile",
  security: "Signing in",
  business: "Business",
  members: "Members",
  stripe: "Stripe",
  mail: "Notifications",
  tokens: "Your own assistant",
  log: "Activity",
  data: "Your data",
} as const;

export function SettingsPage() {
  const me = useQuery(currentUserQuery());
  return me.isPending ? (
    <Loading label="Loading your settings">
      <Skeleton className="h-96" />
    </Loading>
  ) : me.isError ? (
    <Failure error={me.error} retry={() => void me.refetch()} />
  ) : (
    <div className="grid items-start gap-8 lg:grid-cols-[12rem_1fr]">
      <nav aria-label="Settings" className="lg:sticky lg:top-6">
        <ul className="flex flex-wrap gap-x-4 gap-y-1 text-sm lg:flex-col">
          {Object.entries(SECTIONS).map(([id, label]) => (
            <li key={id}>
              <a href={`#${id}`} className="flex min-h-11 items-center text-soft hover:text-ink">
                {label}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div className="flex min-w-0 flex-col gap-6">
        <ProfileSection user={me.data} />
        <SessionsSection />
        <BusinessSection user={me.data} />
        <MembersSection me={me.data.id} />
        <StripeSection />
        <MailSection user={me.data} />
        <TokensSection />
        <AuditSection me={me.data.id} />
        <DataSection user={me.data} />
      </div>
    </div>
  );
}
