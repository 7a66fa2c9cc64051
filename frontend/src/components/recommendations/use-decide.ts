import { useStore } from "@nanostores/react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { atom } from "nanostores";
import { type Decision, type Recommendation, updateRecommendationStatus } from "../../lib/api";
import { ApiError } from "../../lib/api/errors";
import { manager, notify } from "../ui/toasts";

// The API takes no decision back, so a dismissal waits on this side for as long as its toast with "Undo" is up, or until
// the page is left. It belongs to the page, not to a component: lists come and go with the filters.
const hiddenStore = atom<readonly string[]>([]);
const waiting = new Set<string>();

if (typeof window !== "undefined") {
  window.addEventListener("pagehide", () => {
    for (const id of waiting) updateRecommendationStatus(id, "dismissed", true).catch(() => undefined);
    waiting.clear();
  });
}

const hide = (id: string) => hiddenStore.set([...hiddenStore.get(), id]);
const show = (id: string) => hiddenStore.set(hiddenStore.get().filter((each) => each !== id));

/** Accept at once, or dismiss with the chance to undo. */
export function useDecide(businessId: string) {
  const queries = useQueryClient();
  const hidden = useStore(hiddenStore);
  const mutation = useMutation({
    mutationFn: ({ id, decision }: { id: string; decision: Decision }) => updateRecommendationStatus(id, decision),
    onSuccess: (_, { decision }) => {
      if (decision === "accepted") notify({ title: "Accepted. You find it under Accepted until the numbers move." });
    },
    onError: (error) => {
      const late = error instanceof ApiError && error.code === "CONFLICT";
      notify({ title: late ? "Somebody else has decided this already." : error.message, priority: "high" });
    },
    onSettled: async (_data, _error, { id }) => {
      await queries.invalidateQueries({ queryKey: [businessId, "recommendations"] });
      show(id);
    },
  });

  const dismiss = (id: string) => {
    waiting.add(id);
    hide(id);
    const toast = `dismissed ${id}`;
    notify({
      id: toast,
      title: "Dismissed for 30 days.",
      actionProps: {
        children: "Undo",
        onClick: () => {
          waiting.delete(id);
          show(id);
          manager.close(toast);
        },
      },
      onClose: () => {
        if (waiting.delete(id)) mutation.mutate({ id, decision: "dismissed" });
      },
    });
  };

  return {
    hidden,
    busyId: mutation.isPending ? mutation.variables.id : null,
    decide: ({ id }: Recommendation, decision: Decision) =>
      decision === "dismissed" ? dismiss(id) : mutation.mutate({ id, decision }),
  };
}
