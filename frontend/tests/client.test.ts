import { beforeEach, describe, expect, it, vi } from "vitest";
import { business } from "../dev/fixtures";
import { getBusiness, getMetricHistory, login, updateBusiness, updateRecommendationStatus } from "../src/lib/api";
import { ApiError } from "../src/lib/api/errors";
import { leave } from "../src/lib/api/session";
import { getToken, setToken } from "../src/lib/auth";
import { type Call, refusal, stubApi } from "./api";

const go = vi.hoisted(() => vi.fn());
vi.mock("../src/lib/navigation", async (original) => ({ ...(await original<object>()), go }));

const failure = (call: Promise<unknown>) =>
  call.then(
    () => expect.fail("It should have failed."),
    (error: unknown) => error as ApiError,
  );

beforeEach(() => go.mockReset());

describe("the client", () => {
  it("sends the token with every call once there is one", async () => {
    const calls = stubApi({ "GET /users/businesses/b1": { body: business } });
    setToken("secret");
    expect(await getBusiness("b1")).toEqual(business);
    expect(calls[0]?.headers.get("Authorization")).toBe("Bearer secret");
  });

  it("ends the session on a 401 and comes back afterwards", async () => {
    stubApi({
      "GET /users/businesses/b1": refusal(401, "UNAUTHORIZED"),
      "POST /auth/refresh": refusal(401, "UNAUTHORIZED"),
    });
    setToken("expired");
    window.history.replaceState(null, "", "/dashboard/metrics?range=30d");
    expect((await failure(getBusiness("b1"))).code).toBe("UNAUTHORIZED");
    expect(getToken()).toBeNull();
    expect(go).toHaveBeenCalledExactlyOnceWith("/auth/login?next=%2Fdashboard%2Fmetrics%3Frange%3D30d");
  });

  it("leaves once, however many calls were refused and whoever else notices", async () => {
    stubApi({
      "GET /users/businesses/b1": refusal(401, "UNAUTHORIZED"),
      "GET /users/businesses/b2": refusal(401, "UNAUTHORIZED"),
      "POST /auth/refresh": refusal(401, "UNAUTHORIZED"),
    });
    setToken("expired");
    await Promise.all([failure(getBusiness("b1")), failure(getBusiness("b2"))]);
    leave();
    expect(go).toHaveBeenCalledOnce();
    window.dispatchEvent(new Event("pageshow")); // back by the browser's history
    leave();
    expect(go).toHaveBeenCalledTimes(2);
  });

  it("renews the token once for all requests that were refused together, and sends them again", async () => {
    const good = ({ headers }: Call) =>
      headers.get("Authorization") === "Bearer new" ? { body: business } : refusal(401, "UNAUTHORIZED");
    const calls = stubApi({
      "GET /users/businesses/b1": good,
      "PATCH /users/businesses/b1": good,
      "POST /auth/refresh": { body: { token: "new" } },
    });
    setToken("expired");
    const answers = await Promise.all([
      getBusiness("b1"),
      updateBusiness("b1", { name: "Renamed" }),
      getBusiness("b1"),
    ]);
    expect(answers).toEqual([business, business, business]);
    expect(calls.filter(({ path }) => path === "/auth/refresh")).toHaveLength(1);
    expect(calls.filter(({ method }) => method === "PATCH").map(({ body }) => body)).toEqual([
      { name: "Renamed" },
      { name: "Renamed" },
    ]);
    expect(getToken()).toBe("new");
    expect(go).not.toHaveBeenCalled();
  });

  it("keeps the session when the server is in trouble while the token is renewed", async () => {
    stubApi({
      "GET /users/businesses/b1": refusal(401, "UNAUTHORIZED"),
      "POST /auth/refresh": refusal(503, "UNAVAILABLE", "The database does not answer."),
    });
    setToken("expired");
    expect(await failure(getBusiness("b1"))).toMatchObject({ code: "UNAVAILABLE" });
    expect(getToken()).toBe("expired");
    expect(go).not.toHaveBeenCalled();
  });

  it("leaves a 401 about wrong credentials to the form", async () => {
    stubApi({ "POST /auth/login": refusal(401, "UNAUTHORIZED", "The e-mail address or the password is wrong.") });
    const error = await failure(login({ email: "a@example.com", password: "no" }));
    expect(error.message).toBe("The e-mail address or the password is wrong.");
    expect(go).not.toHaveBeenCalled();
  });

  it("turns the error envelope into a typed error", async () => {
    stubApi({ "GET /users/businesses/b1": refusal(404, "NOT_FOUND", "Not yet.", { reason: "importing" }) });
    const error = await failure(getBusiness("b1"));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      code: "NOT_FOUND",
      message: "Not yet.",
      reason: "importing",
      requestId: "req_1",
      transient: false,
    });
  });

  it("says that Vaultra cannot be reached when nothing answers", async () => {
    stubApi({ "GET /users/businesses/b1": new TypeError("Failed to fetch") });
    expect(await failure(getBusiness("b1"))).toMatchObject({ code: "UNREACHABLE", transient: true });
  });

  it("copes with an answer that is no envelope, like a proxy's page", async () => {
    stubApi({ "GET /users/businesses/b1": { status: 502, body: "<html>Bad gateway</html>" } });
    expect(await failure(getBusiness("b1"))).toMatchObject({ code: "UNAVAILABLE", transient: true });
  });

  it("puts what it is asked into query and body", async () => {
    const calls = stubApi({
      "GET /metrics/history": { body: { metrics: [] } },
      "PATCH /recommendations/r1": { body: {} },
    });
    await getMetricHistory("b1", { start_date: "2026-01-01", end_date: "2026-01-31" });
    await updateRecommendationStatus("r1", "accepted");
    expect(calls[0]?.query).toEqual({ business_id: "b1", start_date: "2026-01-01", end_date: "2026-01-31" });
    expect(calls[1]?.body).toEqual({ status: "accepted" });
  });
});
