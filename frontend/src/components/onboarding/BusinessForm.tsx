import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { type Business, createBusiness, updateBusiness } from "../../lib/api";
import { setCurrentBusinessId } from "../../lib/auth";
import { connectUrl, DASHBOARD, go } from "../../lib/navigation";
import { INDUSTRIES } from "../../lib/words";
import { Field, SelectField } from "../ui/Field";
import { FormError, showError } from "../ui/form-errors";
import {
  businessSchema,
  type BusinessValues,
  currencyChoices,
  timezoneChoices,
  toFormValues,
  toProfile,
} from "./business-schema";

/** The profile of a new business, or of `business`. Only the name is required: nothing else has a part in the score. */
export function BusinessForm({ business }: { business: Business | null }) {
  const queries = useQueryClient();
  const defaultValues = toFormValues(business);
  const form = useForm<BusinessValues>({ resolver: zodResolver(businessSchema), mode: "onTouched", defaultValues });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async (values) => {
    try {
      if (business) {
        await updateBusiness(business.id, toProfile(values));
        go(DASHBOARD);
      } else {
        const created = await createBusiness(toProfile(values));
        setCurrentBusinessId(created.id);
        go(connectUrl(created.id));
      }
      await queries.invalidateQueries();
    } catch (error) {
      showError(form, error);
    }
  });

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-5">
      <FormError message={errors.root?.message} />
      <Field
        label="Business name"
        autoComplete="organization"
        error={errors.name?.message}
        {...form.register("name")}
      />
      <div className="grid gap-5 sm:grid-cols-2">
        <Field
          label="Legal entity"
          hint="For example Harbour Coffee LLC. Optional."
          error={errors.legal_entity?.message}
          {...form.register("legal_entity")}
        />
        <SelectField
          label="Industry"
          hint="Shown, never scored. Optional."
          error={errors.industry?.message}
          {...form.register("industry")}
        >
          <option value="">Choose…</option>
          {Object.entries(INDUSTRIES).map(([key, label]) => (
            <option key={key} value={key}>
              {label}
            </option>
          ))}
        </SelectField>
        <Field
          label="Revenue a year"
          inputMode="decimal"
          hint="Your own estimate. Optional."
          error={errors.revenue_estimate?.message}
          {...form.register("revenue_estimate")}
        />
        <Field
          label="Founded"
          type="date"
          hint="Optional."
          error={errors.founded_at?.message}
          {...form.register("founded_at")}
        />
        <SelectField
          label="Currency"
          hint="Your Stripe account's own replaces it once it is connected."
          error={errors.currency?.message}
          {...form.register("currency")}
        >
          {currencyChoices().map(([code, label]) => (
            <option key={code} value={code}>
              {label}
            </option>
          ))}
        </SelectField>
        <SelectField
          label="Time zone"
          hint="Decides where a day begins."
          error={errors.timezone?.message}
          {...form.register("timezone")}
        >
          {timezoneChoices(defaultValues.timezone).map((zone) => (
            <option key={zone}>{zone}</option>
          ))}
        </SelectField>
      </div>
      <button type="submit" className="button mt-2" disabled={isSubmitting}>
        {isSubmitting ? "Saving…" : business ? "Save profile" : "Continue to Stripe"}
      </button>
    </form>
  );
}
