import { useStore } from "@nanostores/react";
import type { Membership } from "../../lib/api";
import { businessIdStore, setCurrentBusinessId } from "../../lib/auth";
import { DASHBOARD, go } from "../../lib/navigation";

/** Which business to look at; nothing to choose, nothing shown. */
export function BusinessSelector({ businesses }: { businesses: readonly Membership[] }) {
  const current = useStore(businessIdStore) ?? businesses[0]?.id;
  if (businesses.length < 2) return null;
  return (
    <select
      aria-label="Business"
      className="h-11 max-w-40 truncate rounded-md border border-line-strong bg-surface px-2 text-sm font-medium sm:max-w-56"
      value={current}
      onChange={(event) => {
        setCurrentBusinessId(event.target.value);
        // A full load, because an address with another business's id in it must not win over the choice.
        go(window.location.pathname.startsWith(DASHBOARD) ? window.location.pathname : DASHBOARD);
      }}
    >
      {businesses.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
