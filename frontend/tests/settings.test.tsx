import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { BUSINESS_ID, business, stripe, user } from "../dev/fixtures";
import { DashboardGuard } from "../src/components/DashboardGuard";
import { toCsv } from "../src/components/metrics/csv";
import { SettingsPage } from "../src/components/settings/SettingsPage";
import { setToken } from "../src/lib/auth";
import { refusal, renderWithQueries, stubApi } from "./api";

function open(overrides: Parameters<typeof stubApi>[0] = {}, role = "owner") {
  const calls = stubApi({
    "GET /auth/me": { body: { ...user, businesses: [{ ...user.businesses[0], role }] } },
    [`GET /users/businesses/${BUSINESS_ID}`]: { body: business },
    "GET /integrations/stripe/status": { body: stripe() },
    ...overrides,
  });
  renderWithQueries(
    <DashboardGuard>
      <SettingsPage />
    </DashboardGuard>,
  );
  return calls;
}

beforeEach(() => setToken("t"));

describe("settings", () => {
  it("save a name, and say so", async () => {
    const calls = open({ "PATCH /users/me": { body: user } });
    const name = await screen.findByLabelText("Your name");
    expect(screen.getByRole("button", { name: "Save" })).toBeDisabled();
    await userEvent.clear(name);
    await userEvent.type(name, "Olive");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("Saved")).toBeInTheDocument();
    expect(calls.find(({ method }) => method === "PATCH")?.body).toEqual({ name: "Olive" });
  });

  it("disconnect only after a question, and delete only when that is ticked", async () => {
    const calls = open({ "DELETE /integrations/stripe": { status: 204, body: "" } });
    const asked = () => calls.filter(({ method }) => method === "DELETE");
    await userEvent.click(await screen.findByRole("button", { name: "Disconnect…" }));
    await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Cancel" }));
    expect(asked()).toEqual([]);
    await userEvent.click(screen.getByRole("button", { name: "Disconnect…" }));
    await userEvent.click(within(screen.getByRole("dialog")).getByRole("checkbox"));
    await userEvent.click(screen.getByRole("button", { name: "Disconnect and delete" }));
    await waitFor(() => expect(asked()).toHaveLength(1));
    expect(asked()[0]?.query).toEqual({ business_id: BUSINESS_ID, purge: "true" });
  });

  it("show in the question itself what went wrong", async () => {
    open({ "DELETE /integrations/stripe": refusal(503, "UNAVAILABLE", "Stripe does not answer.") });
    await userEvent.click(await screen.findByRole("button", { name: "Disconnect…" }));
    await userEvent.click(screen.getByRole("button", { name: "Disconnect" }));
    expect(await within(screen.getByRole("dialog")).findByText("Stripe does not answer.")).toBeInTheDocument();
  });

  it("offer a viewer nothing that is refused", async () => {
    open({}, "viewer");
    expect(await screen.findByText(/Only an owner connects or disconnects Stripe/)).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Disconnect…" })).toBeNull();
    expect(screen.queryByRole("link", { name: "Edit the profile" })).toBeNull();
  });
});

describe("the metrics as CSV", () => {
  it("have a row a day, with raw values and nothing where there is nothing", () => {
    const series = (key: string, values: (number | null)[]) => ({
      key,
      label: key,
      meaning: "",
      points: values.map((value, index) => ({ date: `2026-11-2${index}`, value })),
      before: [],
      format: String,
      tick: String,
      summary: "",
    });
    expect(toCsv([series("revenue_total", [1.5, 2]), series("mrr", [null, 3, 4])])).toBe(
      "period_end,revenue_total,mrr\r\n2026-11-20,1.5,\r\n2026-11-21,2,3\r\n2026-11-22,,4\r\n",
    );
  });
});
