import { useStore } from "@nanostores/react";
import { useQuery } from "@tanstack/react-query";
import { businessIdStore, isAuthenticated } from "../lib/auth";
import { businessQuery } from "../lib/queries";

/** Above each page's title: which business it is about, and whether its figures are only samples. */
export function BusinessLine() {
  const id = useStore(businessIdStore);
  const { data: business } = useQuery({ ...businessQuery(id ?? ""), enabled: id !== null && isAuthenticated() });
  if (!business) return null;
  return (
    <>
      <p className="truncate">{business.name}</p>
      {business.sample_data && (
        <span
          className="chip border-caution bg-caution-soft text-caution"
          title="This business is connected to a sandbox account."
        >
          <span aria-hidden="true">◆</span> Sample data
        </span>
      )}
    </>
  );
}
