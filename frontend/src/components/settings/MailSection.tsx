import type { CurrentUser } from "../../lib/api";
import { Row, Rows } from "../ui/Rows";
import { Section } from "./Section";

const MAILS = [
  ["Confirm your address", "once, after you sign up, and when you ask for it again"],
  ["An invitation", "when an owner asks you to join a business"],
  ["A new password", "when you, or somebody who knows your address, asks for one"],
  ["Your password was changed", "each time, so that you notice if it was not you"],
] as const;

/** Which mails are sent, and when. There is nothing to switch: each is the answer to something that somebody did. */
export function MailSection({ user }: { user: CurrentUser }) {
  return (
    <Section
      id="mail"
      title="Notifications"
      note={`Vaultra writes to ${user.email} in these cases only. There is no newsletter, and what changes in your figures is shown on the overview.`}
    >
      <Rows>
        {MAILS.map(([title, when]) => (
          <Row key={title} title={<span className="font-semibold">{title}</span>} note={`Sent ${when}.`} />
        ))}
      </Rows>
    </Section>
  );
}
