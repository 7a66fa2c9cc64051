/** Who is signed in and which business they look at, kept in this browser. */
import { atom } from "nanostores";

const TOKEN_KEY = "vaultra_token";
const BUSINESS_KEY = "vaultra_current_business_id";

export function getToken(): string | null {
  return localStorage.getItem(TOKEN_KEY);
}

export function setToken(token: string): void {
  localStorage.setItem(TOKEN_KEY, token);
}

/**
 * Forget the session, and with it which business was looked at: the next person may be another one. The page is left
 * next, so the store keeps its value; changing it would only make the page redraw and send the person elsewhere first.
 */
export function removeToken(): void {
  localStorage.removeItem(TOKEN_KEY);
  localStorage.removeItem(BUSINESS_KEY);
}

/** Forget which business was looked at: it is gone. */
export function forgetBusiness(): void {
  localStorage.removeItem(BUSINESS_KEY);
}

export function isAuthenticated(): boolean {
  return getToken() !== null;
}

export function getAuthHeaders(): Record<string, string> {
  const token = getToken();
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}

/** The current business for all islands of a page. A `business_id` in the address wins over the remembered one. */
export const businessIdStore = atom<string | null>(
  typeof window === "undefined"
    ? null
    : (new URLSearchParams(window.location.search).get("business_id") ?? localStorage.getItem(BUSINESS_KEY)),
);

export function getCurrentBusinessId(): string | null {
  return businessIdStore.get();
}

export function setCurrentBusinessId(businessId: string): void {
  localStorage.setItem(BUSINESS_KEY, businessId);
  businessIdStore.set(businessId);
}
