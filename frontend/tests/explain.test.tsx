/** What-if, history, outlook and evidence: what the pages make of the API's answers. */
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { outlook, path, scoreChange } from "../dev/explain";
import { BUSINESS_ID, business, readiness, recommendations, scores, stripe, user } from "../dev/fixtures";
import { DashboardGuard } from "../src/components/DashboardGuard";
import { figureOf, nameOf, stripeUrl } from "../src/components/evidence/figures";
import { Traced } from "../src/components/evidence/Traced";
import { absorbed, course, leaving } from "../src/components/overview/outlook";
import { leversOf, placeOf } from "../src/components/simulator/levers";
import { SimulatorPage } from "../src/components/simulator/SimulatorPage";
import { compared } from "../src/components/timeline/span";
import { ScorePage } from "../src/components/timeline/ScorePage";
import { bars } from "../src/components/timeline/waterfall";
import { setToken } from "../src/lib/auth";
import { closeEvidence } from "../src/lib/evidence";
import { renderWithQueries, stubApi } from "./api";
import { plain } from "./plain";

function open(page: React.ReactNode, overrides: Parameters<typeof stubApi>[0] = {}, role = "owner") {
  const calls = stubApi({
    "GET /auth/me": { body: { ...user, businesses: [{ ...user.businesses[0], role }] } },
    [`GET /users/businesses/${BUSINESS_ID}`]: { body: business },
    "GET /integrations/stripe/status": { body: stripe() },
    "GET /readiness": { body: readiness },
    "GET /readiness/history": { body: { scores } },
    "GET /readiness/path": { body: path },
    "GET /readiness/change": { body: scoreChange },
    ...overrides,
  });
  renderWithQueries(<DashboardGuard>{page}</DashboardGuard>);
  return calls;
}

beforeEach(() => {
  setToken("t");
  closeEvidence();
});

describe("the simulator", () => {
  const simulation = (score: number) => ({
    body: {
      business_id: BUSINESS_ID,
      as_of: readiness.as_of,
      rulebook: readiness.rulebook,
      score_now: readiness.score,
      score,
      raw_score_now: readiness.score,
      raw_score: score,
      tier_now: readiness.tier,
      tier: score > 85 ? "highly_attractive" : "funding_ready",
      moved: [],
    },
  });

  it("asks the server with what the slider says, once it has come to rest, and shows its answer", async () => {
    const calls = open(<SimulatorPage />, { "POST /readiness/simulate": simulation(81) });
    const slider = await screen.findByRole("slider", { name: "Chargebacks" });
    expect(slider).toHaveAttribute("aria-valuetext", expect.stringContaining("as today"));
    slider.focus();
    await userEvent.keyboard("{ArrowLeft}{ArrowLeft}");
    expect(await screen.findByText("Your score would be 81 of 100: Funding-ready.")).toBeInTheDocument();
    const asked = calls.filter(({ path }) => path === "/readiness/simulate");
    expect(asked).toHaveLength(1);
    const now = readiness.contributions.find(({ factor }) => factor === "disputes")!.value!;
    const { disputes } = (asked[0]!.body as { changes: Record<string, number> }).changes;
    expect(disputes).toBeLessThan(now);
    await userEvent.click(screen.getByRole("button", { name: "Reset Chargebacks to today" }));
    expect(
      await screen.findByText(`Your score today is ${readiness.score} of 100: Funding-ready.`),
    ).toBeInTheDocument();
  });

  it("turns the path into accepted recommendations with one button, and says what could not be", async () => {
    const plan = { path, recommendations: [{ ...recommendations[0], status: "accepted" }], without: ["refunds"] };
    const calls = open(<SimulatorPage />, { "POST /readiness/path/accept": { body: plan } });
    await userEvent.click(await screen.findByRole("button", { name: "Make this my plan" }));
    expect(await screen.findByText(/1 recommendation accepted: Bring chargebacks below/)).toHaveTextContent(
      "Not part of it, because you dismissed what it is about: Refunds.",
    );
    expect(calls.find(({ path }) => path === "/readiness/path/accept")?.body).toEqual({
      business_id: BUSINESS_ID,
      target: path.target,
    });
  });

  it("sets the sliders to the path", async () => {
    const calls = open(<SimulatorPage />, { "POST /readiness/simulate": simulation(86) });
    await userEvent.click(await screen.findByRole("button", { name: "Show on the sliders" }));
    expect(await screen.findByText("Your score would be 86 of 100: Highly attractive.")).toBeInTheDocument();
    expect(calls.find(({ path }) => path === "/readiness/simulate")?.body).toMatchObject({
      changes: Object.fromEntries(path.steps.map((step) => [step.factor, step.value_target])),
    });
  });

  it("lets viewers try, but not decide", async () => {
    open(<SimulatorPage />, {}, "viewer");
    expect(await screen.findByText(/needs the role admin or owner/)).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Make this my plan" })).toBeNull();
    expect(screen.getByRole("slider", { name: "Chargebacks" })).toBeEnabled();
  });

  it("has a slider for every factor with a value, each with today's value within its range", () => {
    const levers = leversOf(readiness.contributions);
    expect(levers.map(({ factor }) => factor)).not.toContain("history");
    for (const lever of levers) {
      expect(lever.now).toBeGreaterThanOrEqual(lever.min);
      expect(lever.now).toBeLessThanOrEqual(lever.max);
      expect(placeOf(lever, lever.min)).toBe(0);
      expect(placeOf(lever, lever.max)).toBe(1);
    }
  });
});

describe("the score's history", () => {
  it("says in a sentence what moved it, and adds up", async () => {
    open(<ScorePage />);
    expect(await screen.findByText(/Your score went up 3 points between/)).toHaveTextContent(
      "Most came from chargebacks (+4).",
    );
    const last = bars(scoreChange).at(-1);
    expect(last?.to).toBe(scoreChange.raw_to);
  });

  it("compares the days that the address names, if there are scores of them", () => {
    const days = (query: string) => compared(new URLSearchParams(query), "2026-06-01", "2026-11-21");
    expect(days("from=2026-07-01&to=2026-08-01")).toEqual({ span: null, from: "2026-07-01", to: "2026-08-01" });
    expect(days("span=90d")).toEqual({ span: "90d", from: "2026-08-23", to: "2026-11-21" });
    expect(days("span=365d").from).toBe("2026-06-01");
    const usual = { span: "30d", from: "2026-10-22", to: "2026-11-21" };
    for (const query of ["", "from=2026-08-01&to=2026-07-01", "from=2026-02-30&to=2026-07-01", "to=2027-01-01"])
      expect(days(query)).toEqual(usual);
  });

  it("can be scrubbed by keyboard, and compared from the day that was found", async () => {
    const calls = open(<ScorePage />);
    const slider = await screen.findByRole("slider", { name: "Score by day" });
    slider.focus();
    const { fireEvent } = await import("@testing-library/react");
    fireEvent.change(slider, { target: { value: "10" } });
    await userEvent.click(screen.getByRole("button", { name: "Compare from this day" }));
    await waitFor(() => expect(calls.filter(({ path }) => path === "/readiness/change")).toHaveLength(2));
    expect(calls.at(-1)?.query["from"]).toBe(new URLSearchParams(window.location.search).get("from"));
  });
});

describe("the outlook in sentences", () => {
  it("says when the tier changes and why, or that it does not", () => {
    expect(course(outlook)).toMatch(/in the tier Highly attractive on 14 January 2027, with 86 points/);
    const [crossing] = outlook.crossings;
    expect(course({ ...outlook, crossings: [{ ...crossing!, moved: ["refunds", "cap_chargebacks"] }] })).toMatch(
      /What differs then: refunds, the cap for excessive chargebacks\.$/,
    );
    expect(course({ ...outlook, crossings: [], scores: [{ day: "2027-02-19", score: outlook.score }] })).toMatch(
      /your score is still 72 in 90 days/,
    );
  });

  it("counts what can be absorbed", () => {
    const limit = { threshold: 0.0075, source: "Stripe: excessive", absorbable: 1, crossed: false, probability: 0.2 };
    expect(plain(absorbed(limit))).toBe(
      "1 more chargeback this month stays below 0.75 % (Stripe: excessive). The chance of crossing it in the next 30 days is 20 %.",
    );
    expect(absorbed({ ...limit, absorbable: 0 })).toMatch(/^The next chargeback this month crosses/);
    expect(absorbed({ ...limit, crossed: true, probability: null })).toMatch(/already\.$/);
  });

  it("says what leaves its window", () => {
    expect(plain(leaving(outlook.roll_offs[0]!, "usd"))).toBe(
      "2 chargebacks of 8 August 2026 (39.00 USD) stop counting on 4 February 2027.",
    );
  });
});

describe("evidence", () => {
  const at = (handle: string) => `GET /evidence/${encodeURIComponent(handle)}`;
  const contribution = "contribution:lender-2:2026-11-21:disputes";
  const days = "days:chargeback_count:2026-05-26:2026-11-21";
  const object = (id: string) => ({
    object: "dispute",
    id,
    day: "2026-08-08",
    amount: 39,
    currency: "usd",
    status: "lost",
  });
  const base = { business_id: BUSINESS_ID, currency: "usd", formula: null, parts: [], objects: [], next_cursor: null };

  it("leads from a contribution to its days and to the very objects, page by page, and back", async () => {
    open(<Traced handle={contribution}>11</Traced>, {
      [at(contribution)]: {
        body: {
          ...base,
          handle: contribution,
          kind: "contribution",
          title: "Chargebacks",
          statement: "There were 2 chargebacks.",
          value: 11,
          parts: [{ handle: days, label: "Chargeback count", value: 2 }],
        },
      },
      [at(days)]: ({ query }) => ({
        body: {
          ...base,
          handle: days,
          kind: "days",
          title: "Chargeback count",
          statement: "",
          value: 2,
          objects: [object(query["cursor"] ? "dp_2" : "dp_1")],
          next_cursor: query["cursor"] ? null : "more",
        },
      }),
    });
    await userEvent.click(await screen.findByRole("button", { name: /^11/ }));
    const dialog = await screen.findByRole("dialog", { name: "Chargebacks" });
    expect(within(dialog).getByText("There were 2 chargebacks.")).toBeInTheDocument();
    await userEvent.click(within(dialog).getByRole("button", { name: /26 May 2026 to 21 November 2026/ }));
    expect(await within(dialog).findByText("dp_1")).toBeInTheDocument();
    await userEvent.click(within(dialog).getByRole("button", { name: "Show more" }));
    expect(await within(dialog).findByText("dp_2")).toBeInTheDocument();
    expect(within(dialog).getByText("dp_1")).toBeInTheDocument();
    await userEvent.click(within(dialog).getByRole("button", { name: /Back/ }));
    expect(await within(dialog).findByText("There were 2 chargebacks.")).toBeInTheDocument();
    await userEvent.click(within(dialog).getByRole("button", { name: "Close" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("writes each figure with the unit of what its handle names", () => {
    expect(plain(figureOf("days:gross_minor:2026-05-26:2026-11-21", 51588.49, "usd"))).toBe("51,588.49 USD");
    expect(plain(figureOf("days:charge_count:2026-05-26:2026-11-21", 489, "usd"))).toBe("489");
    expect(plain(figureOf("metric:chargeback_ratio:2026-11-21", 0.0227, "usd"))).toBe("2.3 %");
    expect(plain(figureOf("contribution:lender-2:2026-11-21:cap_history", -4, "usd"))).toBe("-4 points");
    expect(figureOf("days:customers:2026-05-26:2026-11-21", null, "usd")).toBe("–");
    expect(nameOf({ handle: "days:gross_minor:2026-05-24:2026-05-30", label: "Gross" })).toEqual({
      title: "Sales amount",
      when: "24 May 2026 to 30 May 2026",
    });
  });

  it("knows where Stripe shows an object", () => {
    expect(stripeUrl("acct_1", true, "charge", "ch_1")).toBe("https://dashboard.stripe.com/acct_1/payments/ch_1");
    expect(stripeUrl("acct_1", false, "dispute", "dp_1")).toBe(
      "https://dashboard.stripe.com/acct_1/test/disputes/dp_1",
    );
    expect(stripeUrl("acct_1", true, "subscription", "sub_1")).toBe(
      "https://dashboard.stripe.com/acct_1/subscriptions/sub_1",
    );
    expect(stripeUrl("acct_1", true, "balance_transaction", "txn_1")).toBeNull();
  });
});
