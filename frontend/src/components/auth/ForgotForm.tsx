import { useMutation } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { askPasswordReset } from "../../lib/api";
import { Field } from "../ui/Field";
import { Failure } from "../ui/states";

/** Ask for the mail with a link. The page says the same whether or not anybody has the address. */
export function ForgotForm() {
  const [email, setEmail] = useState("");
  const ask = useMutation({ mutationFn: () => askPasswordReset(email.trim()) });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    ask.mutate();
  };
  if (ask.isSuccess) {
    return (
      <p role="status">
        If there is an account with {email.trim()}, a link to choose a new password is on its way there. It is good for
        an hour.
      </p>
    );
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-5">
      {ask.isError && <Failure error={ask.error} />}
      <Field
        label="E-mail"
        type="email"
        autoComplete="username"
        required
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <button type="submit" className="button" disabled={ask.isPending || email.trim() === ""}>
        {ask.isPending ? "Sending…" : "Send me a link"}
      </button>
      <p className="text-center text-sm">
        <a href="/auth/login">Back to sign in</a>
      </p>
    </form>
  );
}
