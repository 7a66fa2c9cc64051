import type { FieldValues, Path, UseFormReturn } from "react-hook-form";

/** Show a failed call on the field that the server names, or above the form if it names none. */
export function showError<Values extends FieldValues>(form: UseFormReturn<Values>, error: unknown): void {
  const message = error instanceof Error ? error.message : "Something went wrong. Try again.";
  const field = error instanceof Error && "field" in error ? error.field : null;
  if (typeof field === "string" && field in form.getValues()) {
    form.setError(field as Path<Values>, { message }, { shouldFocus: true });
  } else {
    form.setError("root", { message });
  }
}

export function FormError({ message }: { message: string | undefined }) {
  if (message === undefined) return null;
  return (
    <p role="alert" className="rounded-md border border-negative bg-negative-soft px-4 py-3 text-sm">
      {message}
    </p>
  );
}
