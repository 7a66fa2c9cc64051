import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { login } from "../../lib/api";
import { setToken } from "../../lib/auth";
import { afterLogin, go } from "../../lib/navigation";
import { Field } from "../ui/Field";
import { FormError, showError } from "../ui/form-errors";
import { GoogleButton } from "./GoogleButton";
import { PasswordField } from "./PasswordField";
import { loginSchema, type LoginValues } from "./schemas";

export function LoginForm() {
  const form = useForm<LoginValues>({
    resolver: zodResolver(loginSchema),
    mode: "onTouched",
    defaultValues: { email: "", password: "" },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (values) => {
    try {
      setToken((await login(values)).token);
      go(afterLogin(window.location.search));
    } catch (error) {
      showError(form, error);
    }
  });
  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-5">
      <FormError message={errors.root?.message} />
      <Field
        label="E-mail"
        type="email"
        autoComplete="username"
        error={errors.email?.message}
        {...form.register("email")}
      />
      <PasswordField autoComplete="current-password" error={errors.password?.message} {...form.register("password")} />
      <button type="submit" className="button" disabled={isSubmitting}>
        {isSubmitting ? "Signing in…" : "Sign in"}
      </button>
      <GoogleButton />
      <p className="text-center text-sm">
        <a href="/auth/forgot">Forgot your password?</a>
      </p>
      <p className="text-center text-sm text-soft">
        New here? <a href={`/auth/signup${window.location.search}`}>Create an account</a>
      </p>
    </form>
  );
}
