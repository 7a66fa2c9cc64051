/** The states that every surface has beside its content: loading, empty, failed, not allowed. */
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ApiError } from "../../lib/api/errors";

export function Skeleton({ className }: { className: string }) {
  return <div className={`skeleton ${className}`} aria-hidden="true" />;
}

export function Loading({ label, children }: { label: string; children?: ReactNode }) {
  return (
    <div role="status" aria-live="polite">
      <span className="sr-only">{label}</span>
      {children ?? <Skeleton className="h-40" />}
    </div>
  );
}

export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="rounded-lg border border-dashed border-line-strong px-6 py-10 text-center">
      <p className="heading text-lg">{title}</p>
      {children && <div className="mx-auto mt-2 max-w-prose text-soft">{children}</div>}
      {action && <div className="mt-5">{action}</div>}
    </div>
  );
}

const TITLES: Partial<Record<ApiError["code"], string>> = {
  FORBIDDEN: "You have no access to this",
  NOT_FOUND: "There is nothing here",
  UNREACHABLE: "Vaultra cannot be reached",
  UNAVAILABLE: "A service is down for the moment",
  RATE_LIMITED: "Too many requests for the moment",
};

/** What went wrong, in the server's words, and what can be done about it. */
export function Failure({ error, retry }: { error: Error; retry?: () => void }) {
  const known = error instanceof ApiError ? error : null;
  const canRetry = retry && known?.code !== "FORBIDDEN";
  return (
    <div role="alert" className="rounded-lg border border-negative bg-negative-soft px-5 py-4">
      <p className="font-semibold">{(known && TITLES[known.code]) ?? "Something went wrong"}</p>
      <p className="mt-1 text-sm text-soft">{error.message}</p>
      {known?.code === "FORBIDDEN" && (
        <p className="mt-1 text-sm text-soft">Ask an owner of the business to add you, or choose another business.</p>
      )}
      {known?.requestId && <p className="mt-1 text-xs text-faint">Reference for support: {known.requestId}</p>}
      {canRetry && (
        <button type="button" className="button button-quiet button-small mt-3" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

interface LoadedProps<T> {
  query: Pick<UseQueryResult<T>, "data" | "error" | "refetch">;
  /** Of the size of what is coming. */
  placeholder: ReactNode;
  children: (data: T) => ReactNode;
}

/** What was asked for, once it is there; until then its placeholder, or what went wrong. */
export function Loaded<T>({ query, placeholder, children }: LoadedProps<T>) {
  if (query.data !== undefined) return children(query.data);
  return query.error ? <Failure error={query.error} retry={() => void query.refetch()} /> : placeholder;
}
