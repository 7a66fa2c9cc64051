/** Every call the dashboard makes, one function each. They resolve to the answer's body or throw an `ApiError`. */
import { client, unwrap } from "./api/client";
import type { paths } from "./api/schema";

type Body<Operation> = Operation extends { requestBody: { content: { "application/json": infer T } } } ? T : never;
type Answer<Operation, Status extends number = 200> = Operation extends {
  responses: { [S in Status]: { content: { "application/json": infer T } } };
}
  ? T
  : never;
type Get<Path extends keyof paths> = paths[Path] extends { get: infer Operation } ? Operation : never;
type Post<Path extends keyof paths> = paths[Path] extends { post: infer Operation } ? Operation : never;
type Patch<Path extends keyof paths> = paths[Path] extends { patch: infer Operation } ? Operation : never;

export type Session = Answer<Post<"/api/v1/auth/login">>;
export type CurrentUser = Answer<Get<"/api/v1/auth/me">>;
export type Membership = CurrentUser["businesses"][number];
export type Business = Answer<Get<"/api/v1/users/businesses/{business_id}">>;
export type NewBusiness = Body<Post<"/api/v1/users/businesses">>;
export type BusinessChange = Body<Patch<"/api/v1/users/businesses/{business_id}">>;
export type Industry = NonNullable<Business["industry"]>;
export type StripeStatus = Answer<Get<"/api/v1/integrations/stripe/status">>;
export type ImportProgress = NonNullable<StripeStatus["import"]>;
export type Metrics = Answer<Get<"/api/v1/metrics">>;
export type Readiness = Answer<Get<"/api/v1/readiness">>;
export type Tier = Readiness["tier"];
export type Contribution = Readiness["contributions"][number];
export type ScorePoint = Answer<Get<"/api/v1/readiness/history">>["scores"][number];
export type Recommendation = Answer<Get<"/api/v1/recommendations">>["recommendations"][number];
export type Priority = Recommendation["priority"];
export type RecommendationStatus = Recommendation["status"];
export type Decision = Body<Patch<"/api/v1/recommendations/{recommendation_id}">>["status"];

export function signup(body: { email: string; password: string; name: string }) {
  return unwrap(client.POST("/api/v1/auth/signup", { body }));
}

export function login(body: { email: string; password: string }) {
  return unwrap(client.POST("/api/v1/auth/login", { body }));
}

export function getCurrentUser() {
  return unwrap(client.GET("/api/v1/auth/me"));
}

export function createBusiness(body: NewBusiness) {
  return unwrap(client.POST("/api/v1/users/businesses", { body }));
}

export function getBusiness(business_id: string) {
  return unwrap(client.GET("/api/v1/users/businesses/{business_id}", { params: { path: { business_id } } }));
}

export function updateBusiness(business_id: string, body: BusinessChange) {
  return unwrap(client.PATCH("/api/v1/users/businesses/{business_id}", { params: { path: { business_id } }, body }));
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

export function getLatestMetrics(business_id: string) {
  return unwrap(client.GET("/api/v1/metrics", { params: { query: { business_id } } }));
}

/** Snapshots whose periods end from `start_date` to `end_date`, both inclusive, oldest first. */
export async function getMetricHistory(business_id: string, range: { start_date: string; end_date: string }) {
  const call = client.GET("/api/v1/metrics/history", { params: { query: { business_id, ...range } } });
  return (await unwrap(call)).metrics;
}

export function getReadinessScore(business_id: string) {
  return unwrap(client.GET("/api/v1/readiness", { params: { query: { business_id } } }));
}

/** The newest `limit` scores (1–400), newest first. */
export async function getReadinessHistory(business_id: string, limit: number) {
  const call = client.GET("/api/v1/readiness/history", { params: { query: { business_id, limit } } });
  return (await unwrap(call)).scores;
}

export async function getRecommendations(
  business_id: string,
  filter: { status?: RecommendationStatus; priority?: Priority } = {},
) {
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
