import type { Business, Recommendation, StripeStatus } from "../../lib/api";
import { NEW_BUSINESS } from "../../lib/navigation";

export interface Step {
  label: string;
  done: boolean;
  /** Where the step is taken; null when it only needs time. */
  href: string | null;
}

/** What is left to do until Vaultra knows everything it can about a business. */
export function onboardingSteps(
  business: Business,
  stripe: StripeStatus,
  scored: boolean,
  recommendations: readonly Recommendation[],
): Step[] {
  const described = business.legal_entity !== null && business.industry !== null && business.founded_at !== null;
  return [
    { label: "Connect Stripe", done: stripe.connected, href: null },
    { label: "See your first score", done: scored, href: null },
    { label: "Import up to 24 months of history", done: stripe.import?.state === "complete", href: null },
    { label: "Complete your business profile", done: described, href: `${NEW_BUSINESS}?business_id=${business.id}` },
    {
      label: "Decide on a first recommendation",
      done: recommendations.some(({ status }) => status === "accepted" || status === "dismissed"),
      href: recommendations.length > 0 ? "/dashboard/recommendations" : null,
    },
  ];
}
