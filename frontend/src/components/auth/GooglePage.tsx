import { useMutation } from "@tanstack/react-query";
import { useEffect } from "react";
import { openCookieSession } from "../../lib/api";
import { removeToken, setToken } from "../../lib/auth";
import { go, LOGIN, takeNext } from "../../lib/navigation";
import { Failure, Loading } from "../ui/states";
import { googleError } from "./google-errors";

/** Where the way through Google ends: with a session in the cookie, or with the reason why there is none. */
export function GooglePage() {
  const refused = googleError(new URLSearchParams(window.location.search));
  const { mutate, error, isPending } = useMutation({
    mutationFn: openCookieSession,
    // Somebody else may have been signed in here before.
    onMutate: removeToken,
    onSuccess: ({ token }) => {
      setToken(token);
      go(takeNext());
    },
  });
  useEffect(() => {
    if (refused === null) mutate();
  }, [refused === null, mutate]);
  if (refused === null && (error === null || isPending)) return <Loading label="Signing you in" />;
  return (
    <div className="flex flex-col gap-5">
      {refused && (
        <div role="alert" className="rounded-lg border border-caution bg-caution-soft px-5 py-4">
          <p className="font-semibold">{refused.title}</p>
          <p className="mt-1 text-sm text-soft">{refused.help}</p>
        </div>
      )}
      {error && <Failure error={error} retry={() => mutate()} />}
      <a className="button" href={LOGIN}>
        Back to sign in
      </a>
    </div>
  );
}
