import { screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { BUSINESS_ID, recommendations } from "../dev/fixtures";
import { RecommendationList } from "../src/components/recommendations/RecommendationList";
import { figures } from "../src/components/recommendations/figures";
import { type Order, ordered } from "../src/components/recommendations/order";
import { Toasts } from "../src/components/ui/toasts";
import { refusal, renderWithQueries, stubApi } from "./api";

const pending = recommendations.filter(({ status }) => status === "pending");
const [first] = pending;
const path = `PATCH /recommendations/${first!.id}`;

function list(props: Partial<Parameters<typeof RecommendationList>[0]> = {}) {
  renderWithQueries(
    <>
      <RecommendationList businessId={BUSINESS_ID} currency="usd" recommendations={pending} canWrite {...props} />
      <Toasts />
    </>,
  );
}

const article = () => screen.getByRole("article", { name: first!.title });
const press = (name: string) => userEvent.click(within(article()).getByRole("button", { name }));

describe("the orders", () => {
  const some = (["low", "high", "medium", "high"] as const).map((priority, place) => ({
    ...first!,
    id: String(place),
    priority,
    created_at: `2026-11-2${[1, 0, 3, 2][place]}T00:00:00Z`,
  }));
  const ids = (order: Order) => ordered(some, order).map(({ id }) => id);

  it("are the API's own, the urgent first, or the newest first", () => {
    expect(ids("impact")).toEqual(["0", "1", "2", "3"]);
    expect(ids("priority")).toEqual(["1", "3", "2", "0"]);
    expect(ids("newest")).toEqual(["2", "3", "0", "1"]);
  });
});

describe("RecommendationList", () => {
  it("shows why, how much, how urgent, and the figures it rests on", () => {
    list();
    expect(article()).toHaveTextContent("+5-10 points");
    expect(article()).toHaveTextContent("Medium priority");
    expect(article()).toHaveTextContent("Chargeback count, 180 days14 → now, to reach 8Chargebacks0.64 %");
  });

  it("says by when, and what only has to be held", () => {
    const metric_refs = { disputes: 0.014, target_disputes: 0.014, by: "2026-12-21", as_of: "2026-11-21" };
    list({ recommendations: [{ ...first!, metric_refs }] });
    expect(article()).toHaveTextContent("Chargebackshold at 1.4 %By21 December 2026");
  });

  it("tells the weak weeks once, though two figures count them", () => {
    const refs = { continuity: 3, weak_weeks: 3, target_weak_weeks: 1 };
    expect(figures(refs, "usd").measured).toEqual([{ label: "Weak weeks", now: "3", target: "1" }]);
  });

  it("keeps the API's order and shows as many as it is told", () => {
    list({ limit: 2 });
    expect(screen.getAllByRole("article").map((each) => within(each).getByRole("heading").textContent)).toEqual(
      pending.slice(0, 2).map(({ title }) => title),
    );
  });

  it("accepts at once", async () => {
    const calls = stubApi({ [path]: { body: { ...first, status: "accepted" } } });
    list();
    await press("Accept");
    expect(calls).toMatchObject([{ method: "PATCH", body: { status: "accepted" } }]);
    expect(await screen.findByText(/^Accepted\./)).toBeInTheDocument();
  });

  it("dismisses only after the chance to undo is over", async () => {
    const calls = stubApi({ [path]: { body: { ...first, status: "dismissed" } } });
    list();
    await press("Dismiss");
    expect(screen.queryByRole("article", { name: first!.title })).toBeNull();
    expect(calls).toEqual([]);
    await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
    expect(await screen.findByRole("article", { name: first!.title })).toBeInTheDocument();
    window.dispatchEvent(new Event("pagehide"));
    expect(calls).toEqual([]);
  });

  it("sends a dismissal that waits when the page is left", async () => {
    const calls = stubApi({ [path]: { body: { ...first, status: "dismissed" } } });
    list();
    await press("Dismiss");
    window.dispatchEvent(new Event("pagehide"));
    await waitFor(() => expect(calls).toMatchObject([{ method: "PATCH", body: { status: "dismissed" } }]));
  });

  it("says so when somebody else was faster", async () => {
    stubApi({ [`PATCH /recommendations/${pending[1]!.id}`]: refusal(409, "CONFLICT") });
    list({ recommendations: pending.slice(1) });
    await userEvent.click(screen.getAllByRole("button", { name: "Accept" })[0]!);
    expect(await screen.findByRole("alert")).toHaveTextContent("Somebody else has decided this already.");
  });

  it("offers nothing to decide to people who may only read", () => {
    list({ canWrite: false });
    expect(screen.queryByRole("button", { name: "Accept" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Dismiss" })).toBeNull();
  });
});
