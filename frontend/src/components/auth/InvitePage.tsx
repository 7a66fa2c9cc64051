import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { acceptInvitation } from "../../lib/api";
import { isAuthenticated, setCurrentBusinessId } from "../../lib/auth";
import { forgetInvitation, keepInvitation, keptInvitation, takeLinkToken } from "../../lib/link-token";
import { DASHBOARD, go } from "../../lib/navigation";
import { Empty, Failure } from "../ui/states";

/** Join a business by the link of an invitation; whoever is not signed in does that first and comes back. */
export function InvitePage() {
  const [token] = useState(() => takeLinkToken() ?? keptInvitation());
  const signedIn = isAuthenticated();
  useEffect(() => {
    if (token !== null) keepInvitation(token);
  }, [token]);
  const accept = useMutation({
    mutationFn: acceptInvitation,
    onSuccess: ({ id }) => {
      forgetInvitation();
      setCurrentBusinessId(id);
      go(DASHBOARD);
    },
  });
  const back = `?next=${encodeURIComponent("/invite")}`;
  return (
    <>
      <h1 className="heading text-2xl">You are invited</h1>
      {token === null ? (
        <div className="mt-6">
          <Empty title="This link is not complete">Open it again from the mail, or ask for a new invitation.</Empty>
        </div>
      ) : signedIn ? (
        <div className="card mt-6">
          <p>Accept, and the business appears on your dashboard with the role that you were given.</p>
          {accept.isError && (
            <div className="mt-4">
              <Failure error={accept.error} />
            </div>
          )}
          <button
            type="button"
            className="button mt-5 w-full"
            disabled={accept.isPending || accept.isSuccess}
            onClick={() => accept.mutate(token)}
          >
            {accept.isPending ? "Joining…" : "Accept the invitation"}
          </button>
        </div>
      ) : (
        <div className="card mt-6 flex flex-col gap-4">
          <p>Sign in with the e-mail address that the invitation was sent to, or create an account with it.</p>
          <a className="button" href={`/auth/login${back}`}>
            Sign in
          </a>
          <a className="button button-quiet" href={`/auth/signup${back}`}>
            Create an account
          </a>
        </div>
      )}
    </>
  );
}
