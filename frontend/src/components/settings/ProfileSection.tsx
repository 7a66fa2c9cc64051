import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { type CurrentUser, resendVerification, updateProfile } from "../../lib/api";
import { currentUserQuery } from "../../lib/queries";
import { Field } from "../ui/Field";
import { FormError, showError } from "../ui/form-errors";
import { Failure } from "../ui/states";
import { Section } from "./Section";

const schema = z.object({ name: z.string().trim().min(1, "Enter your name.") });

export function ProfileSection({ user }: { user: CurrentUser }) {
  const queries = useQueryClient();
  const [saved, setSaved] = useState(false);
  const form = useForm({ resolver: zodResolver(schema), mode: "onTouched", defaultValues: { name: user.name } });
  const { errors, isSubmitting, isDirty } = form.formState;
  const submit = form.handleSubmit(async (values) => {
    try {
      await updateProfile(values);
      form.reset(values);
      setSaved(true);
      await queries.invalidateQueries(currentUserQuery());
    } catch (error) {
      showError(form, error);
    }
  });
  return (
    <Section id="profile" title="Your profile" note={`You sign in with ${user.email}.`}>
      <form noValidate onSubmit={submit} className="flex max-w-md flex-col gap-4">
        <FormError message={errors.root?.message} />
        <Field label="Your name" autoComplete="name" error={errors.name?.message} {...form.register("name")} />
        <div className="flex items-center gap-4">
          <button type="submit" className="button button-small" disabled={isSubmitting || !isDirty}>
            {isSubmitting ? "Saving…" : "Save"}
          </button>
          <p role="status" className="text-sm text-positive">
            {saved && !isDirty && "Saved"}
          </p>
        </div>
      </form>
      {!user.email_verified && <Unconfirmed email={user.email} />}
    </Section>
  );
}

function Unconfirmed({ email }: { email: string }) {
  const resend = useMutation({ mutationFn: resendVerification });
  return (
    <div className="mt-5 rounded-lg border border-caution bg-caution-soft px-4 py-3 text-sm">
      <p className="font-semibold">Your e-mail address is not confirmed yet.</p>
      <p className="mt-1 text-soft">
        Open the link in the mail that was sent to {email}. Until then you cannot accept invitations of other
        businesses.
      </p>
      <div role="status" className="mt-3">
        {resend.isSuccess ? (
          "A new mail is on its way. Its link works for 24 hours."
        ) : (
          <button
            type="button"
            className="button button-quiet button-small"
            disabled={resend.isPending}
            onClick={() => resend.mutate()}
          >
            {resend.isPending ? "Sending…" : "Send the mail again"}
          </button>
        )}
      </div>
      {resend.isError && <Failure error={resend.error} />}
    </div>
  );
}
