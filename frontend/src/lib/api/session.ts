/**
 * A session that renews itself. The access token is short-lived; the cookie that renews it is out of scripts' reach.
 * A refused request renews the token once and goes out again; if that is refused too, the person logs in and comes back.
 */
import { getAuthHeaders, getToken, removeToken, setToken } from "../auth";
import { go, here, loginUrl } from "../navigation";

// The document's paths begin with /api/v1, so clients want what stands before it: nothing for the same origin.
const prefix = (import.meta.env.PUBLIC_API_URL ?? "/api/v1").replace(/\/api\/v1\/?$/, "");
export const baseUrl = prefix === "" ? window.location.origin : prefix;

/** `fetch` with the token of the session. Resolves to the last answer, which is a 401 when the session is over. */
export async function sessionFetch(request: Request): Promise<Response> {
  const again = request.clone(); // a body can be sent once only
  const token = getToken();
  for (const [name, value] of Object.entries(getAuthHeaders())) request.headers.set(name, value);
  const response = await globalThis.fetch(request);
  // Without a token a 401 is the answer to wrong credentials, which the form shows.
  if (response.status !== 401 || token === null) return response;
  const renewed = await renew(token);
  if (renewed instanceof Response) return renewed;
  if (renewed !== null) {
    again.headers.set("Authorization", `Bearer ${renewed}`);
    const second = await globalThis.fetch(again);
    if (second.status !== 401) return second;
  }
  leave();
  return response;
}

/** A token newer than the refused one, null when there is none to be had, or the answer of a server in trouble. */
async function renew(refused: string): Promise<string | Response | null> {
  // One at a time, across tabs: a cookie that is used twice would look stolen.
  return exclusively(async () => {
    const current = getToken();
    if (current !== null && current !== refused) return current;
    if (current === null) return null;
    const response = await globalThis.fetch(
      new Request(`${baseUrl}/api/v1/auth/refresh`, { method: "POST", credentials: "include" }),
    );
    if (response.status >= 500 || response.status === 429) return response;
    if (!response.ok) return null;
    const { token } = (await response.json()) as { token: string };
    setToken(token);
    return token;
  });
}

/** `fetch` for a renewal by the cookie alone, whoever was signed in before. */
export function renewalFetch(request: Request): Promise<Response> {
  return exclusively(() => globalThis.fetch(request));
}

let last: Promise<unknown> = Promise.resolve();

function exclusively<T>(task: () => Promise<T>): Promise<T> {
  if (typeof navigator !== "undefined" && "locks" in navigator) {
    return navigator.locks.request("vaultra_session", task) as Promise<T>;
  }
  const mine = last.then(task, task);
  last = mine;
  return mine;
}

let leaving = false;
// Who comes back by the browser's history may find the page as it was left.
window.addEventListener("pageshow", () => {
  leaving = false;
});

/**
 * Forget the session and load the login page, by default the one that leads back here. Several parts of a page notice
 * at once that the session is over; only the first one acts, because a second load would abort the first.
 */
export function leave(url: string = loginUrl(here())): void {
  if (leaving) return;
  leaving = true;
  removeToken();
  go(url);
}
