/** Every call the dashboard makes, one function each. They resolve to the answer's body or throw an `ApiError`. */
import { client, unwrap } from "./api/client";
import type { paths } from "./api/schema";
import { baseUrl, renewalFetch } from "./api/session";
import { type ServerEvent, serverEvents } from "./sse";

type Body<Operation> = Operation extends { requestBody: { content: { "application/json": infer T } } } ? T : never;
type Answer<Call extends (...parameters: never[]) => unknown> = Awaited<ReturnType<Call>>;

export type NewBusiness = Body<paths["/api/v1/users/businesses"]["post"]>;
export type BusinessChange = Body<paths["/api/v1/users/businesses/{business}"]["patch"]>;
export type Decision = Body<paths["/api/v1/recommendations/{recommendation_id}"]["patch"]>["status"];

export type CurrentUser = Answer<typeof getCurrentUser>;
export type Membership = CurrentUser["businesses"][number];
export type Business = Answer<typeof getBusiness>;
export type Industry = NonNullable<Business["industry"]>;
export type StripeStatus = Answer<typeof getStripeStatus>;
export type ImportProgress = NonNullable<StripeStatus["import"]>;
export type LatestMetrics = Answer<typeof getLatestMetrics>;
export type Metrics = Answer<typeof getMetricHistory>[number];
export type Readiness = Answer<typeof getReadinessScore>;
export type Tier = Readiness["tier"];
export type Contribution = Readiness["contributions"][number];
export type ScorePoint = Answer<typeof getReadinessHistory>[number];
export type Recommendation = Answer<typeof getRecommendations>[number];
export type Priority = Recommendation["priority"];
export type RecommendationStatus = Recommendation["status"];

export function signup(body: { email: string; password: string; name: string }) {
  return unwrap(client.POST("/api/v1/auth/signup", { body }));
}

export function login(body: { email: string; password: string }) {
  return unwrap(client.POST("/api/v1/auth/login", { body }));
}

export function getCurrentUser() {
  return unwrap(client.GET("/api/v1/auth/me"));
}

export function updateProfile(body: Body<paths["/api/v1/users/me"]["patch"]>) {
  return unwrap(client.PATCH("/api/v1/users/me", { body }));
}

export type PersonalToken = Answer<typeof getTokens>[number];
export type NewToken = Body<paths["/api/v1/users/me/tokens"]["post"]>;

export async function getTokens() {
  return (await unwrap(client.GET("/api/v1/users/me/tokens"))).tokens;
}

/** The answer alone holds the secret (`token`): it is not kept. */
export function createToken(body: NewToken) {
  return unwrap(client.POST("/api/v1/users/me/tokens", { body }));
}

export function revokeToken(token: string) {
  return unwrap(client.DELETE("/api/v1/users/me/tokens/{token}", { params: { path: { token } } }));
}

export function createBusiness(body: NewBusiness) {
  return unwrap(client.POST("/api/v1/users/businesses", { body }));
}

export function getBusiness(business: string) {
  return unwrap(client.GET("/api/v1/users/businesses/{business}", { params: { path: { business } } }));
}

export function updateBusiness(business: string, body: BusinessChange) {
  return unwrap(client.PATCH("/api/v1/users/businesses/{business}", { params: { path: { business } }, body }));
}

/** The address of Stripe's consent page for this business; the browser goes there. */
export async function initiateStripeConnect(business_id: string): Promise<string> {
  const call = client.GET("/api/v1/integrations/stripe/connect", {
    params: { query: { business_id } },
    headers: { Accept: "application/json" },
  });
  return (await unwrap(call)).authorize_url;
}

export function getStripeStatus(business_id: string) {
  return unwrap(client.GET("/api/v1/integrations/stripe/status", { params: { query: { business_id } } }));
}

/** Give the access back at Stripe; with `purge` what was imported is deleted too. */
export function disconnectStripe(business_id: string, purge: boolean) {
  return unwrap(client.DELETE("/api/v1/integrations/stripe", { params: { query: { business_id, purge } } }));
}

export function getLatestMetrics(business_id: string) {
  return unwrap(client.GET("/api/v1/metrics", { params: { query: { business_id } } }));
}

/** Snapshots whose periods end from `start_date` to `end_date`, both inclusive, oldest first. */
export async function getMetricHistory(business_id: string, range: { start_date: string; end_date: string }) {
  const call = client.GET("/api/v1/metrics/history", { params: { query: { business_id, ...range } } });
  return (await unwrap(call)).metrics;
}

export type Simulation = Answer<typeof simulate>;
export type Path = Answer<typeof getPath>;
export type Plan = Answer<typeof acceptPath>;
export type Outlook = Answer<typeof getOutlook>;
export type ScoreChange = Answer<typeof getScoreChange>;
export type Evidence = Answer<typeof getEvidence>;

/** The score if some metrics or factors had other values. */
export function simulate(business_id: string, changes: Record<string, number>) {
  return unwrap(client.POST("/api/v1/readiness/simulate", { body: { business_id, changes } }));
}

/** The cheapest way to a score; without a target, to the next tier. */
export function getPath(business_id: string, target: number | null) {
  const query = { business_id, ...(target === null ? {} : { target }) };
  return unwrap(client.GET("/api/v1/readiness/path", { params: { query } }));
}

/** Accept the recommendations that the path's steps are about. */
export function acceptPath(business_id: string, target: number | null) {
  return unwrap(client.POST("/api/v1/readiness/path/accept", { body: { business_id, target } }));
}

export function getOutlook(business_id: string, days: number) {
  return unwrap(client.GET("/api/v1/readiness/outlook", { params: { query: { business_id, days } } }));
}

/** What moved the score between two days. */
export function getScoreChange(business_id: string, from: string, to: string) {
  return unwrap(client.GET("/api/v1/readiness/change", { params: { query: { business_id, from, to } } }));
}

/** What a figure is made of; `cursor` asks for the next page of Stripe objects. */
export function getEvidence(business_id: string, handle: string, cursor: string | null) {
  const query = { business_id, limit: 20, ...(cursor === null ? {} : { cursor }) };
  return unwrap(client.GET("/api/v1/evidence/{handle}", { params: { path: { handle }, query } }));
}

export function getReadinessScore(business_id: string) {
  return unwrap(client.GET("/api/v1/readiness", { params: { query: { business_id } } }));
}

type RecommendationFilter = Pick<
  NonNullable<paths["/api/v1/recommendations"]["get"]["parameters"]["query"]>,
  "status" | "priority"
>;

/** The newest `limit` scores (1–400), newest first. */
export async function getReadinessHistory(business_id: string, limit: number) {
  const call = client.GET("/api/v1/readiness/history", { params: { query: { business_id, limit } } });
  return (await unwrap(call)).scores;
}

export async function getRecommendations(business_id: string, filter: RecommendationFilter = {}) {
  const call = client.GET("/api/v1/recommendations", { params: { query: { business_id, ...filter } } });
  return (await unwrap(call)).recommendations;
}

/** Decide a pending recommendation; `ApiError` CONFLICT if it was decided already. `keepalive` outlives the page. */
export function updateRecommendationStatus(recommendation_id: string, status: Decision, keepalive = false) {
  return unwrap(
    client.PATCH("/api/v1/recommendations/{recommendation_id}", {
      params: { path: { recommendation_id } },
      body: { status },
      keepalive,
    }),
  );
}

export type AgentAnswer = Answer<typeof chatWithAgent>;
export type AgentMessage = Answer<typeof getConversation>["messages"][number];
export type ToolCall = AgentMessage["tool_calls"][number];
export type Citation = AgentMessage["citations"][number];

/** One question, one answer. */
export function chatWithAgent(business_id: string, message: string, conversation_id: string | null) {
  return unwrap(client.POST("/api/v1/agent/chat", { body: { business_id, message, conversation_id } }));
}

/** The same as it is being given: the answer's events. Throws an `ApiError` when it is refused or the line is lost. */
export async function* askAgent(
  business_id: string,
  message: string,
  conversation_id: string | null,
  signal: AbortSignal,
): AsyncGenerator<ServerEvent> {
  const call = client.POST("/api/v1/agent/chat", {
    body: { business_id, message, conversation_id },
    headers: { Accept: "text/event-stream" },
    parseAs: "stream",
    signal,
  });
  yield* serverEvents(await unwrap(call as Promise<{ data?: ReadableStream<Uint8Array>; response: Response }>));
}

/** What was asked last comes first. */
export function getConversations(business_id: string, cursor: string | null) {
  const query = { business_id, limit: 20, ...(cursor === null ? {} : { cursor }) };
  return unwrap(client.GET("/api/v1/agent/conversations", { params: { query } }));
}

export function getConversation(conversation_id: string) {
  return unwrap(client.GET("/api/v1/agent/conversations/{conversation_id}", { params: { path: { conversation_id } } }));
}

export function renameConversation(conversation_id: string, title: string) {
  return unwrap(
    client.PATCH("/api/v1/agent/conversations/{conversation_id}", {
      params: { path: { conversation_id } },
      body: { title },
    }),
  );
}

export function deleteConversation(conversation_id: string) {
  return unwrap(
    client.DELETE("/api/v1/agent/conversations/{conversation_id}", { params: { path: { conversation_id } } }),
  );
}

/** End the answer under way; what was said is kept. */
export function stopAgent(conversation_id: string) {
  return unwrap(
    client.POST("/api/v1/agent/conversations/{conversation_id}/stop", { params: { path: { conversation_id } } }),
  );
}

/** Say whether an answer was good; `null` takes it back. */
export function rateAnswer(message_id: string, rating: AgentMessage["rating"]) {
  return unwrap(
    client.PUT("/api/v1/agent/messages/{message_id}/feedback", { params: { path: { message_id } }, body: { rating } }),
  );
}

export async function getMembers(business: string) {
  return (await unwrap(client.GET("/api/v1/users/businesses/{business}/members", { params: { path: { business } } })))
    .members;
}

export async function getInvitations(business: string) {
  return (
    await unwrap(client.GET("/api/v1/users/businesses/{business}/invitations", { params: { path: { business } } }))
  ).invitations;
}

/** Send an invitation by mail. Owners only. */
export function inviteMember(business: string, body: { email: string; role: Membership["role"] }) {
  return unwrap(client.POST("/api/v1/users/businesses/{business}/members", { params: { path: { business } }, body }));
}

/** `ApiError` CONFLICT when no owner would be left. */
export function changeMember(business: string, member: string, role: Membership["role"]) {
  const path = { business, member };
  return unwrap(
    client.PATCH("/api/v1/users/businesses/{business}/members/{member}", { params: { path }, body: { role } }),
  );
}

export function removeMember(business: string, member: string) {
  const path = { business, member };
  return unwrap(client.DELETE("/api/v1/users/businesses/{business}/members/{member}", { params: { path } }));
}

export function revokeInvitation(business: string, invitation: string) {
  const path = { business, invitation };
  return unwrap(client.DELETE("/api/v1/users/businesses/{business}/invitations/{invitation}", { params: { path } }));
}

/** Join the business that an invitation is for. */
export function acceptInvitation(token: string) {
  return unwrap(client.POST("/api/v1/invitations/accept", { body: { token } }));
}

/** All that is stored about the caller, as a JSON file. */
export function exportAccount(): Promise<Blob> {
  return unwrap(client.GET("/api/v1/users/me/export", { parseAs: "blob" }));
}

/** All that is stored about a business, as a ZIP file with one file a table. Owners only. */
export function exportBusiness(business: string, format: "json" | "csv"): Promise<Blob> {
  const params = { path: { business }, query: { format } };
  return unwrap(client.GET("/api/v1/users/businesses/{business}/export", { params, parseAs: "blob" }));
}

/** Delete a business with all that belongs to it; `confirm` is its name. Owners only. */
export function deleteBusiness(business: string, confirm: string) {
  return unwrap(
    client.DELETE("/api/v1/users/businesses/{business}", { params: { path: { business } }, body: { confirm } }),
  );
}

/** `ApiError` CONFLICT while a business would be left without an owner. */
export function deleteAccount() {
  return unwrap(client.DELETE("/api/v1/users/me"));
}

/** Which ways to sign in there are. */
export function getProviders() {
  return unwrap(client.GET("/api/v1/auth/providers"));
}

/** A link rather than a call: it leads to Google's own page. */
export const GOOGLE_URL = `${baseUrl}/api/v1/auth/google`;

/** The token of the session that the cookie stands for. */
export function openCookieSession() {
  return unwrap(client.POST("/api/v1/auth/refresh", { credentials: "include", fetch: renewalFetch }));
}

/** End the session of this browser; resolves also when the server cannot be told. */
export async function logout(): Promise<void> {
  await client.POST("/api/v1/auth/logout", { keepalive: true }).catch(() => undefined);
}

export function logoutEverywhere() {
  return unwrap(client.POST("/api/v1/auth/logout-everywhere"));
}

export async function getSessions() {
  return (await unwrap(client.GET("/api/v1/auth/sessions"))).sessions;
}

export function endSession(session: string) {
  return unwrap(client.DELETE("/api/v1/auth/sessions/{session}", { params: { path: { session } } }));
}

/** Signs out everywhere else. */
export function changePassword(current_password: string, new_password: string) {
  return unwrap(client.POST("/api/v1/auth/password", { body: { current_password, new_password } }));
}

export function askPasswordReset(email: string) {
  return unwrap(client.POST("/api/v1/auth/password/forgot", { body: { email } }));
}

export function resetPassword(token: string, password: string) {
  return unwrap(client.POST("/api/v1/auth/password/reset", { body: { token, password } }));
}

export function verifyEmail(token: string) {
  return unwrap(client.POST("/api/v1/auth/verify", { body: { token } }));
}

/** Mail the link once more. `ApiError` CONFLICT when the address is confirmed already. */
export function resendVerification() {
  return unwrap(client.POST("/api/v1/auth/verify/resend"));
}

export type AuditEntry = Answer<typeof getBusinessAudit>["entries"][number];

/** Who did what in a business, newest first; `cursor` asks for the next page. Owners only. */
export function getBusinessAudit(business: string, cursor: string | null) {
  const params = { path: { business }, query: auditPage(cursor) };
  return unwrap(client.GET("/api/v1/users/businesses/{business}/audit", { params }));
}

/** What the caller did, likewise. */
export function getOwnAudit(cursor: string | null) {
  return unwrap(client.GET("/api/v1/users/me/audit", { params: { query: auditPage(cursor) } }));
}

function auditPage(cursor: string | null) {
  return { limit: 10, ...(cursor === null ? {} : { cursor }) };
}
