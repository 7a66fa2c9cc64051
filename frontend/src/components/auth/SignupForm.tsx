import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { signup } from "../../lib/api";
import { setToken } from "../../lib/auth";
import { afterLogin, DASHBOARD, go, NEW_BUSINESS } from "../../lib/navigation";
import { Field } from "../ui/Field";
import { FormError, showError } from "../ui/form-errors";
import { GoogleButton } from "./GoogleButton";
import { PasswordField } from "./PasswordField";
import { signupSchema, type SignupValues } from "./schemas";

export function SignupForm() {
  const form = useForm<SignupValues>({
    resolver: zodResolver(signupSchema),
    mode: "onTouched",
    defaultValues: { name: "", email: "", password: "" },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (values) => {
    try {
      setToken((await signup(values)).token);
      const next = afterLogin(window.location.search);
      go(next === DASHBOARD ? NEW_BUSINESS : next);
    } catch (error) {
      showError(form, error);
    }
  });
  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-5">
      <FormError message={errors.root?.message} />
      <Field label="Your name" autoComplete="name" error={errors.name?.message} {...form.register("name")} />
      <Field
        label="E-mail"
        type="email"
        autoComplete="username"
        error={errors.email?.message}
        {...form.register("email")}
      />
      <PasswordField
        autoComplete="new-password"
        hint="At least 8 characters. A few words together are easy to keep in mind."
        error={errors.password?.message}
        {...form.register("password")}
      />
      <button type="submit" className="button" disabled={isSubmitting}>
        {isSubmitting ? "Creating your account…" : "Create account"}
      </button>
      <GoogleButton />
      <p className="text-center text-sm text-soft">
        Have an account? <a href={`/auth/login${window.location.search}`}>Sign in</a>
      </p>
    </form>
  );
}
