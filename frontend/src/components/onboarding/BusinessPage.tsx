import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { leave } from "../../lib/api/session";
import { isAuthenticated } from "../../lib/auth";
import { DASHBOARD } from "../../lib/navigation";
import { businessQuery, currentUserQuery } from "../../lib/queries";
import { Failure, Loading, Skeleton } from "../ui/states";
import { BusinessForm } from "./BusinessForm";

/** Describe a new business; with `business_id` in the address, the profile of that one. */
export function BusinessPage() {
  const signedIn = isAuthenticated();
  const id = new URLSearchParams(window.location.search).get("business_id");
  const me = useQuery({ ...currentUserQuery(), enabled: signedIn });
  const business = useQuery({ ...businessQuery(id ?? ""), enabled: signedIn && id !== null });
  useEffect(() => {
    if (!signedIn) leave();
  }, [signedIn]);

  const error = me.error ?? business.error;
  if (error) return <Failure error={error} retry={() => window.location.reload()} />;
  if (!me.data || (id !== null && !business.data)) {
    return (
      <Loading label="Loading">
        <Skeleton className="h-80" />
      </Loading>
    );
  }
  return (
    <>
      <h1 className="heading text-2xl">{id ? "Your business profile" : "Tell us about your business"}</h1>
      <p className="mb-8 mt-2 text-soft">
        {id
          ? "It helps you and whom you show it to. None of it changes your score."
          : "A name is enough to begin. None of this changes your score: that is computed from your Stripe history alone."}
      </p>
      <BusinessForm business={business.data ?? null} />
      {(me.data.businesses.length > 0 || id) && (
        <p className="mt-6 text-center text-sm">
          <a href={DASHBOARD}>Back to the dashboard</a>
        </p>
      )}
    </>
  );
}
