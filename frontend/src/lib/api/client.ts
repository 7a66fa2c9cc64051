/** The HTTP client: types from the OpenAPI document, the session's token, and errors as exceptions. */
import createClient from "openapi-fetch";
import { ApiError, toApiError } from "./errors";
import type { paths } from "./schema";
import { baseUrl, sessionFetch } from "./session";

export const client = createClient<paths>({ baseUrl, fetch: sessionFetch });
client.use({
  onError() {
    return new ApiError("UNREACHABLE", "Vaultra cannot be reached. Check your connection and try again.");
  },
});

/** The body of a good answer; anything else is thrown as an `ApiError`. */
export async function unwrap<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok || (data === undefined && response.status !== 204)) throw toApiError(response.status, error);
  return data as T;
}
