/** The HTTP client: types from the OpenAPI document, the bearer token, and one place for a session that has ended. */
import createClient, { type Middleware } from "openapi-fetch";
import { getAuthHeaders, removeToken } from "../auth";
import { go, here, loginUrl } from "../navigation";
import { ApiError, toApiError } from "./errors";
import type { paths } from "./schema";

// The document's paths begin with /api/v1, so the client wants what stands before it: nothing for the same origin.
const prefix = (import.meta.env.PUBLIC_API_URL ?? "/api/v1").replace(/\/api\/v1\/?$/, "");

const session: Middleware = {
  onRequest({ request }) {
    for (const [name, value] of Object.entries(getAuthHeaders())) request.headers.set(name, value);
    return request;
  },
  onResponse({ request, response }) {
    // Without a token a 401 is the answer to wrong credentials, which the form shows.
    if (response.status === 401 && request.headers.has("Authorization")) {
      removeToken();
      go(loginUrl(here()));
    }
  },
  onError() {
    return new ApiError("UNREACHABLE", "Vaultra cannot be reached. Check your connection and try again.");
  },
};

export const client = createClient<paths>({
  baseUrl: prefix === "" ? window.location.origin : prefix,
  // Looked up at each call, so that tests can put their own in place.
  fetch: (request) => globalThis.fetch(request),
});
client.use(session);

/** The body of a good answer; anything else is thrown as an `ApiError`. */
export async function unwrap<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok || data === undefined) throw toApiError(response.status, error);
  return data;
}
