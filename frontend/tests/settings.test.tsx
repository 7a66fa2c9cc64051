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
    "GET /users/me/tokens": { body: { tokens: [] } },
    "GET /auth/sessions": { body: { sessions: [] } },
    [`GET /users/businesses/${BUSINESS_ID}/members`]: {
      body: { members: [{ user_id: user.id, name: user.name, email: user.email, avatar_url: null, role }] },
    },
    [`GET /users/businesses/${BUSINESS_ID}/invitations`]: { body: { invitations: [] } },
    "GET /users/me/audit": { body: { entries: [], next_cursor: null } },
    [`GET /users/businesses/${BUSINESS_ID}/audit`]: { body: { entries: [], next_cursor: null } },
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

  it("invite by mail, and say to whom", async () => {
    const invitation = {
      id: "i1",
      email: "ada@example.com",
      role: "admin",
      created_at: "2026-11-21T00:00:00Z",
      expires_at: "2026-11-28T00:00:00Z",
    };
    const calls = open({ [`POST /users/businesses/${BUSINESS_ID}/members`]: { status: 201, body: invitation } });
    await userEvent.type(await screen.findByLabelText("Invite by e-mail"), "ada@example.com");
    await userEvent.selectOptions(screen.getByLabelText("As"), "admin");
    await userEvent.click(screen.getByRole("button", { name: "Invite" }));
    expect(await screen.findByText("An invitation is on its way to ada@example.com.")).toBeInTheDocument();
    expect(calls.find(({ method }) => method === "POST")?.body).toEqual({ email: "ada@example.com", role: "admin" });
  });

  it("show a new token once, and offer to revoke it afterwards", async () => {
    const token = {
      id: "t1",
      name: "Desk",
      business_id: BUSINESS_ID,
      scope: "read",
      prefix: "vlt_ab",
      mcp_url: "",
      created_at: "2026-11-21T00:00:00Z",
      expires_at: "2027-02-19T00:00:00Z",
      last_used_at: null,
    };
    let made = false;
    open({
      "GET /users/me/tokens": () => ({ body: { tokens: made ? [token] : [] } }),
      "POST /users/me/tokens": () => {
        made = true;
        return { status: 201, body: { ...token, token: "vlt_ab_secret" } };
      },
    });
    await userEvent.type(await screen.findByLabelText("Name of the new token"), "Desk");
    await userEvent.click(screen.getByRole("button", { name: "Make a token" }));
    expect(await screen.findByText("vlt_ab_secret")).toBeInTheDocument();
    expect(await screen.findByRole("button", { name: /^Revoke\s*Desk/ })).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Done" }));
    expect(screen.queryByText("vlt_ab_secret")).toBeNull();
  });

  it("delete a business only when its name was typed", async () => {
    const calls = open({ [`DELETE /users/businesses/${BUSINESS_ID}`]: { status: 204, body: "" } });
    await userEvent.click(await screen.findByRole("button", { name: `Delete ${business.name}…` }));
    const go = screen.getByRole("button", { name: "Delete for good" });
    expect(go).toBeDisabled();
    await userEvent.type(screen.getByLabelText(/Type/), business.name);
    await userEvent.click(go);
    await waitFor(() =>
      expect(calls.find(({ method }) => method === "DELETE")?.body).toEqual({ confirm: business.name }),
    );
  });

  it("mail the confirmation again, as long as the address is not confirmed", async () => {
    const unconfirmed = { ...user, email_verified: false, businesses: [{ ...user.businesses[0], role: "owner" }] };
    const calls = open({
      "GET /auth/me": { body: unconfirmed },
      "POST /auth/verify/resend": { status: 202, body: "null" },
    });
    await userEvent.click(await screen.findByRole("button", { name: "Send the mail again" }));
    expect(await screen.findByText(/A new mail is on its way/)).toBeInTheDocument();
    expect(calls.filter(({ path }) => path === "/auth/verify/resend")).toHaveLength(1);
  });

  it("show page by page who did what", async () => {
    const entry = (id: string, action: string, actor: object) => ({
      id,
      action,
      at: "2026-11-21T12:00:00Z",
      actor_id: null,
      actor_name: null,
      business_id: BUSINESS_ID,
      target: null,
      details: {},
      address: null,
      ...actor,
    });
    const calls = open({
      [`GET /users/businesses/${BUSINESS_ID}/audit`]: ({ query }) => ({
        body: query["cursor"]
          ? { entries: [entry("3", "business_created", { actor_id: "gone" })], next_cursor: null }
          : {
              entries: [
                entry("1", "role_changed", { actor_id: user.id, actor_name: user.name, details: { role: "admin" } }),
                entry("2", "denied", { actor_id: "a", actor_name: "Ada", address: "192.0.2.7" }),
              ],
              next_cursor: "more",
            },
      }),
    });
    const log = await screen.findByRole("region", { name: "Activity" });
    expect(await within(log).findByText("Role changed")).toBeInTheDocument();
    expect(log).toHaveTextContent("by you");
    expect(log).toHaveTextContent("Role: admin");
    expect(log).toHaveTextContent("by Ada");
    expect(log).toHaveTextContent("from 192.0.2.7");
    await userEvent.click(within(log).getByRole("button", { name: "Show more" }));
    expect(await within(log).findByText("Business created")).toBeInTheDocument();
    expect(log).toHaveTextContent("by somebody whose account is gone");
    expect(within(log).queryByRole("button", { name: "Show more" })).toBeNull();
    await userEvent.click(within(log).getByRole("button", { name: "Yours" }));
    await waitFor(() => expect(calls.some(({ path }) => path === "/users/me/audit")).toBe(true));
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
