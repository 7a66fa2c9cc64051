import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { isImporting } from "../../lib/queries";
import { useCurrentBusiness } from "../DashboardGuard";

const EVERY_MS = 3_000;
const SETTLES_WITHIN_MS = 60_000;

/**
 * Ask for the figures again while an import runs and for a minute after: the score's history is computed once all is
 * read. The number of times is bounded as well, in case this browser's clock is not the server's.
 */
export function useFreshFigures(): void {
  const { business, stripe } = useCurrentBusiness();
  const queries = useQueryClient();
  const importing = isImporting(stripe);
  const finishedAt = stripe.import?.finished_at ?? null;

  useEffect(() => {
    const age = finishedAt === null ? Infinity : Date.now() - Date.parse(finishedAt);
    if (!importing && age > SETTLES_WITHIN_MS) return undefined;
    let left = importing ? Infinity : SETTLES_WITHIN_MS / EVERY_MS;
    const timer = setInterval(() => {
      left -= 1;
      if (left <= 0) clearInterval(timer);
      // The status has a rhythm of its own.
      void queries.invalidateQueries({
        queryKey: [business.id],
        predicate: ({ queryKey }) => queryKey[1] !== "stripe",
      });
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [importing, finishedAt, business.id, queries]);
}
