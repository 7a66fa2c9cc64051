import { useStore } from "@nanostores/react";
import { useQuery } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect } from "react";
import type { Business, Membership, StripeStatus } from "../lib/api";
import { ApiError } from "../lib/api/errors";
import { leave } from "../lib/api/session";
import { businessIdStore, isAuthenticated, setCurrentBusinessId } from "../lib/auth";
import { go, missingStep } from "../lib/navigation";
import { businessQuery, currentUserQuery, readinessQuery, stripeStatusQuery } from "../lib/queries";
import { EvidenceHost } from "./evidence/EvidenceHost";
import { Failure, Loading, Skeleton } from "./ui/states";

export interface CurrentBusiness {
  business: Business;
  role: Membership["role"];
  /** Viewers read; everything that changes something needs admin or owner. */
  canWrite: boolean;
  stripe: StripeStatus;
}

const Context = createContext<CurrentBusiness | null>(null);

/** The business that this page is about. Only inside of `DashboardGuard`. */
export function useCurrentBusiness(): CurrentBusiness {
  const value = useContext(Context);
  if (value === null) throw new Error("useCurrentBusiness needs a DashboardGuard around it.");
  return value;
}

/**
 * Shows its children to people who have an account, a business and a connection; sends everybody else to the step
 * that they miss. With `onboarding` the connection is not asked for: the child is the page that makes it.
 */
export function DashboardGuard({ children, onboarding = false }: { children: ReactNode; onboarding?: boolean }) {
  const signedIn = isAuthenticated();
  const me = useQuery({ ...currentUserQuery(), enabled: signedIn });
  const businesses = me.data?.businesses;
  const wanted = useStore(businessIdStore);
  // The API decides about an id that is not ours (403); only a missing one is filled in.
  const businessId = wanted ?? businesses?.[0]?.id ?? null;

  const stripe = useQuery({ ...stripeStatusQuery(businessId ?? ""), enabled: signedIn && businessId !== null });
  const business = useQuery({ ...businessQuery(businessId ?? ""), enabled: signedIn && businessId !== null });

  const disconnected = stripe.data?.connected === false;
  const readiness = useQuery({ ...readinessQuery(businessId ?? ""), enabled: disconnected });
  const scored = readiness.data && readiness.data.score !== null;

  const step = me.isSuccess ? missingStep(businessId, stripe.data, scored) : null;
  const away = step !== null && !(onboarding && businessId !== null) ? step : null;

  useEffect(() => {
    if (!signedIn) leave();
    else if (away !== null) go(away);
  }, [signedIn, away]);
  useEffect(() => {
    if (business.data) setCurrentBusinessId(business.data.id);
  }, [business.data]);

  const error = me.error ?? business.error ?? stripe.error ?? readiness.error;
  if (error && !(error instanceof ApiError && error.code === "UNAUTHORIZED")) {
    return (
      <Failure
        error={error}
        retry={() => void [me, business, stripe, readiness].map((query) => query.isError && query.refetch())}
      />
    );
  }
  if (
    !signedIn ||
    away !== null ||
    !me.data ||
    !business.data ||
    !stripe.data ||
    (disconnected && !onboarding && !scored)
  ) {
    return (
      <Loading label="Loading your business">
        <Skeleton className="h-96" />
      </Loading>
    );
  }
  const role = businesses?.find((each) => each.id === business.data.id)?.role ?? "viewer";
  return (
    <Context value={{ business: business.data, role, canWrite: role !== "viewer", stripe: stripe.data }}>
      {children}
      <EvidenceHost />
    </Context>
  );
}
