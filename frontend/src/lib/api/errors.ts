/** The API's error envelope as an exception. */

export type ErrorCode =
  | "VALIDATION_ERROR"
  | "UNAUTHORIZED"
  | "FORBIDDEN"
  | "NOT_FOUND"
  | "CONFLICT"
  | "PAYLOAD_TOO_LARGE"
  | "UNSUPPORTED_MEDIA_TYPE"
  | "RATE_LIMITED"
  | "UNPROCESSABLE"
  | "INTERNAL_ERROR"
  | "UNAVAILABLE"
  /** No answer at all: offline, or the server is down. */
  | "UNREACHABLE";

export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: Record<string, unknown> = {},
    readonly requestId: string | null = null,
  ) {
    super(message);
  }

  /** The input field that the server complains about. */
  get field(): string | null {
    return typeof this.details["field"] === "string" ? this.details["field"] : null;
  }

  /** Why something is not there yet: `not_connected`, `importing` or `insufficient_history`. */
  get reason(): string | null {
    return typeof this.details["reason"] === "string" ? this.details["reason"] : null;
  }

  /** Whether asking again may help. */
  get transient(): boolean {
    return ["UNREACHABLE", "UNAVAILABLE", "INTERNAL_ERROR", "RATE_LIMITED"].includes(this.code);
  }
}

/** What `body` says, if it is an envelope; something honest otherwise (a proxy's HTML page, say). */
export function toApiError(status: number, body: unknown): ApiError {
  const error = isObject(body) && isObject(body["error"]) ? body["error"] : null;
  if (error === null || typeof error["code"] !== "string") {
    const code = status >= 500 ? "UNAVAILABLE" : "INTERNAL_ERROR";
    return new ApiError(code, `Vaultra answered in a way this page does not understand (HTTP ${status}).`);
  }
  return new ApiError(
    error["code"] as ErrorCode,
    typeof error["message"] === "string" ? error["message"] : "Something went wrong.",
    isObject(error["details"]) ? error["details"] : {},
    typeof error["request_id"] === "string" ? error["request_id"] : null,
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
