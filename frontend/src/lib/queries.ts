/** Server state: what is asked, under which key, how long an answer is good. */
import { infiniteQueryOptions, keepPreviousData, QueryClient, queryOptions } from "@tanstack/react-query";
import * as api from "./api";
import { ApiError } from "./api/errors";

const MINUTE = 60_000;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: MINUTE,
      retry: (failures, error) => error instanceof ApiError && error.transient && failures < 2,
    },
  },
});

export const currentUserQuery = () => queryOptions({ queryKey: ["me"], queryFn: api.getCurrentUser });

export const providersQuery = () => queryOptions({ queryKey: ["providers"], queryFn: api.getProviders, retry: false });

export const tokensQuery = () => queryOptions({ queryKey: ["tokens"], queryFn: api.getTokens });

export const membersQuery = (id: string) =>
  queryOptions({ queryKey: [id, "members"], queryFn: () => api.getMembers(id) });

export const invitationsQuery = (id: string) =>
  queryOptions({ queryKey: [id, "members", "invited"], queryFn: () => api.getInvitations(id) });

export const sessionsQuery = () => queryOptions({ queryKey: ["sessions"], queryFn: api.getSessions });

export const businessQuery = (id: string) =>
  queryOptions({ queryKey: [id, "business"], queryFn: () => api.getBusiness(id), staleTime: 10 * MINUTE });

/** Asked again each second while an import runs, each minute otherwise. */
export const stripeStatusQuery = (id: string) =>
  queryOptions({
    queryKey: [id, "stripe"],
    queryFn: () => api.getStripeStatus(id),
    refetchInterval: ({ state }) => (isImporting(state.data) ? 1_000 : MINUTE),
  });

/** `null` when there is no snapshot yet. */
export const metricsQuery = (id: string) =>
  queryOptions({
    queryKey: [id, "metrics", "latest"],
    queryFn: () =>
      api.getLatestMetrics(id).catch((error: unknown) => {
        if (error instanceof ApiError && error.code === "NOT_FOUND") return null;
        throw error;
      }),
  });

export const metricHistoryQuery = (id: string, start_date: string, end_date: string) =>
  queryOptions({
    queryKey: [id, "metrics", "history", start_date, end_date],
    queryFn: () => api.getMetricHistory(id, { start_date, end_date }),
  });

/** Why there is no score yet, in the API's words. */
export interface NoScore {
  score: null;
  reason: string;
  message: string;
  /** What has to happen first, as a noun phrase. */
  missing: string | null;
}

/** The score, or why there is none: an answer like any other, and asked again until there is one. */
export const readinessQuery = (id: string) =>
  queryOptions({
    queryKey: [id, "readiness", "latest"],
    queryFn: () =>
      api.getReadinessScore(id).catch((error: unknown): NoScore => {
        if (!(error instanceof ApiError) || error.reason === null) throw error;
        const { missing } = error.details;
        return {
          score: null,
          reason: error.reason,
          message: error.message,
          missing: typeof missing === "string" ? missing : null,
        };
      }),
    refetchInterval: ({ state: { data } }) => {
      if (data?.score !== null) return false;
      return data.reason === "importing" ? 1_500 : MINUTE;
    },
  });

export const readinessHistoryQuery = (id: string, limit: number) =>
  queryOptions({ queryKey: [id, "readiness", "history", limit], queryFn: () => api.getReadinessHistory(id, limit) });

export const recommendationsQuery = (
  id: string,
  filter: { status?: api.RecommendationStatus; priority?: api.Priority } = {},
) =>
  queryOptions({
    queryKey: [id, "recommendations", filter],
    queryFn: () => api.getRecommendations(id, filter),
  });

/** The last answer is kept while the next is on its way, so that a dragged slider does not make the score blink. */
export const simulationQuery = (id: string, changes: Record<string, number>) =>
  queryOptions({
    queryKey: [id, "simulation", changes],
    queryFn: () => api.simulate(id, changes),
    enabled: Object.keys(changes).length > 0,
    placeholderData: keepPreviousData,
  });

export const pathQuery = (id: string, target: number | null) =>
  queryOptions({ queryKey: [id, "readiness", "path", target], queryFn: () => api.getPath(id, target) });

export const outlookQuery = (id: string, days: number) =>
  queryOptions({ queryKey: [id, "readiness", "outlook", days], queryFn: () => api.getOutlook(id, days) });

export const scoreChangeQuery = (id: string, from: string, to: string) =>
  queryOptions({
    queryKey: [id, "readiness", "change", from, to],
    queryFn: () => api.getScoreChange(id, from, to),
    placeholderData: keepPreviousData,
  });

/** A figure with what it is made of, and its Stripe objects page by page. */
export const evidenceQuery = (id: string, handle: string) =>
  infiniteQueryOptions({
    queryKey: [id, "evidence", handle],
    queryFn: ({ pageParam }) => api.getEvidence(id, handle, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 10 * MINUTE,
  });

/** What was done in a business; without one, what the caller did. */
export const auditQuery = (id: string | null) =>
  infiniteQueryOptions({
    queryKey: [id, "audit"],
    queryFn: ({ pageParam }) => (id === null ? api.getOwnAudit(pageParam) : api.getBusinessAudit(id, pageParam)),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });

export const conversationsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: [id, "conversations"],
    queryFn: ({ pageParam }) => api.getConversations(id, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });

export const conversationQuery = (conversation: string) =>
  queryOptions({ queryKey: ["conversation", conversation], queryFn: () => api.getConversation(conversation) });

export function isImporting(stripe: api.StripeStatus | undefined): boolean {
  return stripe?.import?.state === "starting" || stripe?.import?.state === "extending";
}
