import { screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { outlook, scoreChange } from "../dev/explain";
import {
  BUSINESS_ID,
  business,
  latest,
  metrics,
  readiness,
  recommendations,
  scores,
  stripe,
  user,
} from "../dev/fixtures";
import { BusinessLine } from "../src/components/BusinessLine";
import { DashboardGuard } from "../src/components/DashboardGuard";
import { DataNotices } from "../src/components/DataNotices";
import { onboardingSteps } from "../src/components/overview/checklist";
import { OverviewPage } from "../src/components/overview/OverviewPage";
import { setToken } from "../src/lib/auth";
import { refusal, renderWithQueries, stubApi } from "./api";

function open(overrides: Parameters<typeof stubApi>[0] = {}) {
  const calls = stubApi({
    "GET /auth/me": { body: user },
    [`GET /users/businesses/${BUSINESS_ID}`]: { body: business },
    "GET /integrations/stripe/status": { body: stripe() },
    "GET /readiness": { body: readiness },
    "GET /readiness/history": { body: { scores } },
    "GET /readiness/change": { body: scoreChange },
    "GET /readiness/outlook": { body: outlook },
    "GET /metrics": { body: latest },
    "GET /metrics/history": ({ query }) => ({
      body: { metrics: metrics.filter((each) => each.period_end <= (query["end_date"] ?? "")) },
    }),
    "GET /recommendations": { body: { recommendations } },
    ...overrides,
  });
  renderWithQueries(
    <>
      <BusinessLine />
      <DashboardGuard>
        <DataNotices />
        <OverviewPage />
      </DashboardGuard>
    </>,
  );
  return calls;
}

beforeEach(() => setToken("t"));
afterEach(() => vi.useRealTimers());

describe("the overview", () => {
  it("shows score, actions, reasons and figures, and that the data is a sample", async () => {
    open();
    expect(await screen.findByText("Your score is 72 of 100: Funding-ready.")).toBeInTheDocument();
    expect(await screen.findByText("Sample data")).toBeInTheDocument();
    expect(screen.getByText(business.name)).toBeInTheDocument();
    expect(screen.getAllByRole("article")).toHaveLength(3);
    expect(await screen.findByRole("heading", { name: "What makes up your score" })).toBeInTheDocument();
    expect(await screen.findByText("18,240 USD")).toBeInTheDocument();
    expect(await screen.findByText(/compared with 23 September 2026 to 22 October 2026/)).toBeInTheDocument();
    expect(screen.getByText(/Today so far: 412\.30 USD from 23 charges/)).toBeInTheDocument();
  });

  it("says why there is no score and what is missing, and makes none up", async () => {
    const missing = { reason: "insufficient_history", missing: "a first charge" };
    const calls = open({
      "GET /readiness": refusal(404, "NOT_FOUND", "No score yet.", missing),
      "GET /metrics": refusal(404, "NOT_FOUND", "No metrics yet.", missing),
      "GET /recommendations": { body: { recommendations: [] } },
    });
    expect(await screen.findByText("Not enough history for a score yet")).toBeInTheDocument();
    expect(screen.getByText(/What is missing: a first charge\./)).toBeInTheDocument();
    expect(screen.queryByText(/of 100/)).toBeNull();
    await waitFor(() => expect(calls.some(({ path }) => path === "/metrics")).toBe(true));
    await waitFor(() => expect(screen.queryByText(/Key metrics/)).toBeNull());
  });

  it("shows a score that comes later: that there is none is never the last word", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const none = refusal(404, "NOT_FOUND", "No score yet.", { reason: "insufficient_history", missing: "a sale" });
    const answers = [none, { body: readiness }];
    open({ "GET /readiness": () => (answers.length > 1 ? answers.shift() : answers[0])! });
    expect(await screen.findByText("Not enough history for a score yet")).toBeInTheDocument();
    await vi.advanceTimersByTimeAsync(61_000);
    expect(await screen.findByText("Your score is 72 of 100: Funding-ready.")).toBeInTheDocument();
  });

  it("says how far the data is complete", async () => {
    open();
    expect(await screen.findByText(/Data complete to the cent through 20 November 2026/)).toBeInTheDocument();
  });

  it("claims no completeness before the data was checked", async () => {
    open({ "GET /readiness": { body: { ...readiness, complete_through: null } } });
    expect(await screen.findByText(/Not checked against Stripe’s balance yet/)).toBeInTheDocument();
  });

  it("keeps what it has when one part fails", async () => {
    open({ "GET /readiness/history": refusal(500, "INTERNAL_ERROR", "Something broke on our side.") });
    expect(await screen.findByText("Your score is 72 of 100: Funding-ready.")).toBeInTheDocument();
    expect(await screen.findByRole("alert")).toHaveTextContent("Something broke on our side.");
    expect(screen.getByRole("alert")).toHaveTextContent("Reference for support: req_1");
    expect(await screen.findByRole("heading", { name: "Key metrics, last 30 days" })).toBeInTheDocument();
  });

  it("says that figures may move while older history comes in", async () => {
    open({ "GET /integrations/stripe/status": { body: stripe("extending", 1560) } });
    expect(await screen.findByText(/Older history is still coming in: 50 %, 1,560 objects so far/)).toBeInTheDocument();
  });

  it("asks again for a while after the import, because the history is computed last", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const justFinished = { ...stripe().import!, finished_at: new Date(Date.now() - 5_000).toISOString() };
    const answers = [scores.slice(0, 1), scores];
    open({
      "GET /integrations/stripe/status": { body: { ...stripe(), import: justFinished } },
      "GET /readiness/history": () => ({ body: { scores: answers.length > 1 ? answers.shift() : answers[0] } }),
    });
    expect(await screen.findByText(/as soon as there are scores of two days/)).toBeInTheDocument();
    await vi.advanceTimersByTimeAsync(3_500);
    expect(await screen.findByRole("slider")).toBeInTheDocument();
  });

  it("leaves the API alone when the import was long ago", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const calls = open({
      "GET /integrations/stripe/status": {
        body: { ...stripe(), import: { ...stripe().import!, finished_at: "2020-01-01T00:00:00Z" } },
      },
    });
    await screen.findByText("Your score is 72 of 100: Funding-ready.");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(calls.filter(({ path }) => path === "/readiness/history")).toHaveLength(1);
  });

  it("says that the last sync failed, and why", async () => {
    open({ "GET /integrations/stripe/status": { body: stripe("error") } });
    expect(await screen.findByText(/The last sync with Stripe failed: Stripe refused the request/)).toBeInTheDocument();
  });
});

describe("the onboarding checklist", () => {
  it("is done when everything is known and a first decision is made", () => {
    const complete = { ...business, legal_entity: "Harbour Coffee LLC" };
    const decided = recommendations.map((each) => ({ ...each, status: "accepted" as const }));
    expect(onboardingSteps(complete, stripe(), true, decided).every(({ done }) => done)).toBe(true);
    const open = onboardingSteps(business, stripe("extending"), false, recommendations).filter(({ done }) => !done);
    expect(open.map(({ label }) => label)).toEqual([
      "See your first score",
      "Import up to 24 months of history",
      "Complete your business profile",
      "Decide on a first recommendation",
    ]);
  });
});
