import { useMutation } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { resetPassword } from "../../lib/api";
import { removeToken } from "../../lib/auth";
import { takeLinkToken } from "../../lib/link-token";
import { Empty, Failure } from "../ui/states";
import { PasswordField } from "./PasswordField";

/** Choose a new password with the link out of the mail. */
export function ResetForm() {
  const [token] = useState(takeLinkToken);
  const [password, setPassword] = useState("");
  const reset = useMutation({
    mutationFn: (link: string) => resetPassword(link, password),
    onSuccess: removeToken, // every session of the account has ended, this browser's too
  });
  if (token === null) {
    return (
      <Empty title="This link is not complete" action={<a href="/auth/forgot">Ask for a new one</a>}>
        Open it again from the mail.
      </Empty>
    );
  }
  if (reset.isSuccess) {
    return (
      <div role="status" className="flex flex-col gap-4">
        <p>Your password is changed, and every device is signed out.</p>
        <a className="button" href="/auth/login">
          Sign in
        </a>
      </div>
    );
  }
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    reset.mutate(token);
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-5">
      {reset.isError && <Failure error={reset.error} />}
      <PasswordField
        autoComplete="new-password"
        hint="At least 8 characters. A few words together are easy to keep in mind."
        required
        minLength={8}
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <button type="submit" className="button" disabled={reset.isPending || password.length < 8}>
        {reset.isPending ? "Saving…" : "Save the new password"}
      </button>
      {reset.isError && (
        <p className="text-center text-sm">
          <a href="/auth/forgot">Ask for a new link</a>
        </p>
      )}
    </form>
  );
}
