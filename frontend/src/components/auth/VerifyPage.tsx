import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { verifyEmail } from "../../lib/api";
import { takeLinkToken } from "../../lib/link-token";
import { DASHBOARD } from "../../lib/navigation";
import { Empty, Failure, Loading } from "../ui/states";

/** Confirm an e-mail address by the link out of the mail. */
export function VerifyPage() {
  const [token] = useState(takeLinkToken);
  const { mutate, error, isSuccess } = useMutation({ mutationFn: verifyEmail });
  useEffect(() => {
    if (token !== null) mutate(token);
  }, [token, mutate]);
  if (token === null) return <Empty title="This link is not complete">Open it again from the mail.</Empty>;
  if (error) return <Failure error={error} />;
  if (!isSuccess) return <Loading label="Confirming your address" />;
  return (
    <div role="status" className="flex flex-col gap-4">
      <p>Your e-mail address is confirmed.</p>
      <a className="button" href={DASHBOARD}>
        Go to the dashboard
      </a>
    </div>
  );
}
