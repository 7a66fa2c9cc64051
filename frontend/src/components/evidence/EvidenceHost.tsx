import { useStore } from "@nanostores/react";
import { lazy, Suspense } from "react";
import { evidenceStore } from "../../lib/evidence";

// Most visits ask for no evidence, so its code comes with the first question.
const EvidenceDrawer = lazy(() => import("./EvidenceDrawer"));

/** Where evidence is shown. Each page has one, within `DashboardGuard`. */
export function EvidenceHost() {
  const handles = useStore(evidenceStore);
  return handles.length === 0 ? null : (
    <Suspense fallback={null}>
      <EvidenceDrawer handles={handles} />
    </Suspense>
  );
}
