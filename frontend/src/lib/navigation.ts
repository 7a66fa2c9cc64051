/** Where a person has to be, given what they have: an account, a business, a connection, a first score. */
import type { StripeStatus } from "./api";

export const LOGIN = "/auth/login";
export const DASHBOARD = "/dashboard";
export const NEW_BUSINESS = "/onboarding/business";

export function connectUrl(businessId: string): string {
  return `/onboarding/stripe-connect?business_id=${encodeURIComponent(businessId)}`;
}

/** The login page that comes back to `from` (a path with its query) afterwards. */
export function loginUrl(from: string): string {
  return from === "" || from.startsWith("/auth/") ? LOGIN : `${LOGIN}?next=${encodeURIComponent(from)}`;
}

/** The page to go to after login: `next` if it is a path of this site, else the dashboard (no open redirect). */
export function afterLogin(search: string, origin: string = window.location.origin): string {
  const next = new URLSearchParams(search).get("next");
  if (next === null || !next.startsWith("/")) return DASHBOARD;
  try {
    // Parsing also catches "//elsewhere" and "/\elsewhere", which browsers read as another host.
    const target = new URL(next, origin);
    return target.origin === origin ? target.pathname + target.search + target.hash : DASHBOARD;
  } catch {
    return DASHBOARD;
  }
}

const WAITING = "vaultra_next";

/** Keep where to go after login while the person is on another site, in this tab only. */
export function keepNext(search: string): void {
  sessionStorage.setItem(WAITING, afterLogin(search));
}

export function takeNext(): string {
  const next = sessionStorage.getItem(WAITING) ?? DASHBOARD;
  sessionStorage.removeItem(WAITING);
  return next;
}

/**
 * The step a signed-in person has to take before the dashboard of `businessId` shows anything; null if none. Who has
 * disconnected Stripe keeps what was `scored` before.
 */
export function missingStep(
  businessId: string | null,
  stripe: StripeStatus | undefined,
  scored: boolean | undefined,
): string | null {
  if (businessId === null) return NEW_BUSINESS;
  if (stripe === undefined || (!stripe.connected && scored !== false)) return null;
  return !stripe.connected || stripe.import?.state === "starting" ? connectUrl(businessId) : null;
}

export function here(): string {
  return window.location.pathname + window.location.search;
}

/** A full page load. One function, so that tests can watch it. */
export function go(url: string): void {
  window.location.assign(url);
}
