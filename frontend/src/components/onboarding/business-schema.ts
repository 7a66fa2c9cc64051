import { z } from "zod";
import type { Business, NewBusiness } from "../../lib/api";
import { INDUSTRIES } from "../../lib/words";

const industries = Object.keys(INDUSTRIES) as [keyof typeof INDUSTRIES];

/** The business form's fields as they are typed; what is left empty is left out of the profile. */
export const businessSchema = z.object({
  name: z.string().trim().min(1, "Enter the name of your business."),
  legal_entity: z.string().trim(),
  industry: z.enum(["", ...industries]),
  revenue_estimate: z
    .string()
    .trim()
    .refine(
      (text) => text === "" || (/^[\d,. ]+$/.test(text) && parseAmount(text) !== null),
      "Enter an amount, like 250,000.",
    ),
  founded_at: z
    .string()
    .refine((date) => date === "" || /^\d{4}-\d{2}-\d{2}$/.test(date), "Enter a date.")
    .refine((date) => date === "" || date <= new Date().toISOString().slice(0, 10), "This day lies in the future."),
  currency: z.string().length(3, "Choose a currency."),
  timezone: z.string().min(1, "Choose a time zone."),
});

export type BusinessValues = z.infer<typeof businessSchema>;

/** "250,000.50" → 250000.5; null when it is no amount. Commas and spaces group thousands, a point begins the decimals. */
export function parseAmount(text: string): number | null {
  const plain = text.replace(/[, ]/g, "");
  return /^\d+(\.\d+)?$/.test(plain) ? Number(plain) : null;
}

export function toFormValues(business: Business | null): BusinessValues {
  return {
    name: business?.name ?? "",
    legal_entity: business?.legal_entity ?? "",
    industry: business?.industry ?? "",
    revenue_estimate: business?.revenue_estimate == null ? "" : String(business.revenue_estimate),
    founded_at: business?.founded_at ?? "",
    currency: (business?.currency ?? "usd").toLowerCase(),
    timezone: business?.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}

export function toProfile(values: BusinessValues): NewBusiness {
  return {
    name: values.name,
    legal_entity: values.legal_entity || null,
    industry: values.industry || null,
    revenue_estimate: values.revenue_estimate === "" ? null : parseAmount(values.revenue_estimate),
    founded_at: values.founded_at || null,
    currency: values.currency,
    timezone: values.timezone,
  };
}

/** Codes with names, by name. */
export function currencyChoices(): [code: string, label: string][] {
  const names = new Intl.DisplayNames("en", { type: "currency" });
  return Intl.supportedValuesOf("currency")
    .map((code): [string, string] => [code.toLowerCase(), `${names.of(code)} (${code})`])
    .sort((a, b) => a[1].localeCompare(b[1]));
}

export function timezoneChoices(current: string): string[] {
  return [...new Set(["UTC", current, ...Intl.supportedValuesOf("timeZone")])].sort();
}
