import { type ComponentProps, useState } from "react";
import { Field } from "../ui/Field";

/** A password that can be looked at while it is typed. */
export function PasswordField(props: Omit<ComponentProps<typeof Field>, "label" | "type">) {
  const [visible, setVisible] = useState(false);
  return (
    <div className="relative">
      <Field label="Password" type={visible ? "text" : "password"} {...props} />
      <button
        type="button"
        className="absolute -top-3 right-0 min-h-11 rounded px-1 text-sm text-soft underline underline-offset-4"
        aria-pressed={visible}
        onClick={() => setVisible(!visible)}
      >
        {visible ? "Hide" : "Show"}
        <span className="sr-only"> password</span>
      </button>
    </div>
  );
}
