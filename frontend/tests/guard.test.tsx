import { screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { business, BUSINESS_ID, OTHER_ID, stripe, user, readiness } from "../dev/fixtures";
import { DashboardGuard, useCurrentBusiness } from "../src/components/DashboardGuard";
import { businessIdStore, getCurrentBusinessId, setToken } from "../src/lib/auth";
import { refusal, renderWithQueries, stubApi } from "./api";

const go = vi.hoisted(() => vi.fn());
vi.mock("../src/lib/navigation", async (original) => ({ ...(await original<object>()), go }));

function Inside() {
  const { business, role, canWrite } = useCurrentBusiness();
  return <p>{`${business.name} as ${role}, ${canWrite ? "may write" : "reads"}`}</p>;
}

const guard = (onboarding = false) =>
  renderWithQueries(
    <DashboardGuard onboarding={onboarding}>
      <Inside />
    </DashboardGuard>,
  );

const api = (overrides: Parameters<typeof stubApi>[0] = {}) =>
  stubApi({
    "GET /auth/me": { body: user },
    [`GET /users/businesses/${BUSINESS_ID}`]: { body: business },
    "GET /integrations/stripe/status": { body: stripe() },
    ...overrides,
  });

const disconnected = { body: { connected: false } };

beforeEach(() => {
  go.mockReset();
  window.history.replaceState(null, "", "/dashboard");
});

describe("DashboardGuard", () => {
  it("asks people without a token to sign in, and nothing of the API", async () => {
    const calls = api();
    guard();
    await waitFor(() => expect(go).toHaveBeenCalledWith("/auth/login?next=%2Fdashboard"));
    expect(calls).toEqual([]);
  });

  it("lets people in and remembers the business", async () => {
    setToken("t");
    api();
    guard();
    expect(await screen.findByText("Harbour Coffee as owner, may write")).toBeInTheDocument();
    await waitFor(() => expect(getCurrentBusinessId()).toBe(BUSINESS_ID));
    expect(go).not.toHaveBeenCalled();
  });

  it("gives a viewer nothing to write with", async () => {
    setToken("t");
    api({ "GET /auth/me": { body: { ...user, businesses: [{ ...user.businesses[0], role: "viewer" }] } } });
    guard();
    expect(await screen.findByText("Harbour Coffee as viewer, reads")).toBeInTheDocument();
  });

  it("sends people without a business to describe one", async () => {
    setToken("t");
    api({ "GET /auth/me": { body: { ...user, businesses: [] } } });
    guard();
    await waitFor(() => expect(go).toHaveBeenCalledExactlyOnceWith("/onboarding/business"));
  });

  it("keeps what was computed open to people who have disconnected", async () => {
    setToken("t");
    api({ "GET /integrations/stripe/status": disconnected, "GET /readiness": { body: readiness } });
    guard();
    expect(await screen.findByText("Harbour Coffee as owner, may write")).toBeInTheDocument();
    expect(go).not.toHaveBeenCalled();
  });

  it("sends people without a connection to make one, unless they are there", async () => {
    setToken("t");
    const none = refusal(404, "NOT_FOUND", "Connect Stripe first.", { reason: "not_connected" });
    api({ "GET /integrations/stripe/status": disconnected, "GET /readiness": none });
    guard();
    await waitFor(() =>
      expect(go).toHaveBeenCalledExactlyOnceWith(`/onboarding/stripe-connect?business_id=${BUSINESS_ID}`),
    );
    expect(screen.queryByText(/Harbour/)).toBeNull();
    go.mockReset();
    guard(true);
    expect(await screen.findByText("Harbour Coffee as owner, may write")).toBeInTheDocument();
    expect(go).not.toHaveBeenCalled();
  });

  it("says so when the business is not theirs, and shows nothing of it", async () => {
    setToken("t");
    businessIdStore.set(OTHER_ID);
    const forbidden = refusal(403, "FORBIDDEN", "You are not a member of this business.");
    api({ [`GET /users/businesses/${OTHER_ID}`]: forbidden, "GET /integrations/stripe/status": forbidden });
    guard();
    expect(await screen.findByRole("alert")).toHaveTextContent("You have no access to this");
    expect(screen.queryByText(/may write/)).toBeNull();
  });

  it("offers to try again when the API is down", async () => {
    setToken("t");
    api({ "GET /auth/me": refusal(503, "UNAVAILABLE", "The database does not answer.") });
    guard();
    expect(await screen.findByRole("alert")).toHaveTextContent("The database does not answer.");
    expect(screen.getByRole("button", { name: "Try again" })).toBeInTheDocument();
  });
});
