import { screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { business, user } from "../dev/fixtures";
import { LoginForm } from "../src/components/auth/LoginForm";
import { SignupForm } from "../src/components/auth/SignupForm";
import { BusinessForm } from "../src/components/onboarding/BusinessForm";
import { parseAmount } from "../src/components/onboarding/business-schema";
import { connectError } from "../src/components/onboarding/connect-errors";
import { getToken } from "../src/lib/auth";
import { refusal, renderWithQueries, stubApi } from "./api";

const go = vi.hoisted(() => vi.fn());
// The way to Google has tests of its own.
vi.mock("../src/components/auth/GoogleButton", () => ({ GoogleButton: () => null }));
vi.mock("../src/lib/navigation", async (original) => ({ ...(await original<object>()), go }));

const type = (label: string, text: string) => userEvent.type(screen.getByLabelText(label), text);
const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));

beforeEach(() => go.mockReset());

describe("signing in", () => {
  it("stores the token and goes back to where the person was", async () => {
    const calls = stubApi({ "POST /auth/login": { body: { user, token: "t1" } } });
    window.history.replaceState(null, "", "/auth/login?next=%2Fdashboard%2Fmetrics");
    renderWithQueries(<LoginForm />);
    await type("E-mail", "owner@example.com");
    await type("Password", "correct horse");
    await press("Sign in");
    await waitFor(() => expect(go).toHaveBeenCalledExactlyOnceWith("/dashboard/metrics"));
    expect(getToken()).toBe("t1");
    expect(calls[0]?.body).toEqual({ email: "owner@example.com", password: "correct horse" });
  });

  it("asks nobody while the form is not right, and ties each message to its field", async () => {
    const calls = stubApi({});
    renderWithQueries(<LoginForm />);
    await type("E-mail", "owner@");
    await press("Sign in");
    expect(await screen.findByText("Enter your password.")).toBeInTheDocument();
    expect(screen.getByLabelText("E-mail")).toHaveAccessibleDescription(
      "Enter an e-mail address, like name@example.com.",
    );
    expect(screen.getByLabelText("E-mail")).toBeInvalid();
    expect(calls).toEqual([]);
  });

  it("shows the API's refusal above the form and stays", async () => {
    stubApi({ "POST /auth/login": refusal(401, "UNAUTHORIZED", "The e-mail address or the password is wrong.") });
    renderWithQueries(<LoginForm />);
    await type("E-mail", "owner@example.com");
    await type("Password", "guess");
    await press("Sign in");
    expect(await screen.findByRole("alert")).toHaveTextContent("The e-mail address or the password is wrong.");
    expect(go).not.toHaveBeenCalled();
  });
});

describe("signing up", () => {
  it("leads to the business profile", async () => {
    stubApi({ "POST /auth/signup": { status: 201, body: { user, token: "t2" } } });
    renderWithQueries(<SignupForm />);
    await type("Your name", "Robin");
    await type("E-mail", "robin@example.com");
    await type("Password", "long enough");
    await press("Create account");
    await waitFor(() => expect(go).toHaveBeenCalledExactlyOnceWith("/onboarding/business"));
    expect(getToken()).toBe("t2");
  });

  it("wants 8 characters and a name that is more than spaces", async () => {
    const calls = stubApi({});
    renderWithQueries(<SignupForm />);
    await type("Your name", "  ");
    await type("E-mail", "robin@example.com");
    await type("Password", "1234567");
    await press("Create account");
    expect(await screen.findByText("Enter your name.")).toBeInTheDocument();
    expect(screen.getByText("Use at least 8 characters.")).toBeInTheDocument();
    expect(calls).toEqual([]);
  });

  it("shows what the API says about a field on that field", async () => {
    stubApi({ "POST /auth/signup": refusal(409, "CONFLICT", "This address is taken.", { field: "email" }) });
    renderWithQueries(<SignupForm />);
    await type("Your name", "Robin");
    await type("E-mail", "robin@example.com");
    await type("Password", "long enough");
    await press("Create account");
    await waitFor(() => expect(screen.getByLabelText("E-mail")).toHaveAccessibleDescription("This address is taken."));
  });
});

describe("the business profile", () => {
  it("needs a name only; what is empty is null, and the time zone is the browser's", async () => {
    const calls = stubApi({ "POST /users/businesses": { status: 201, body: { ...business, id: "b9" } } });
    renderWithQueries(<BusinessForm business={null} />);
    await type("Business name", "Harbour Coffee");
    await press("Continue to Stripe");
    await waitFor(() => expect(go).toHaveBeenCalledExactlyOnceWith("/onboarding/stripe-connect?business_id=b9"));
    expect(calls[0]?.body).toEqual({
      name: "Harbour Coffee",
      legal_entity: null,
      industry: null,
      revenue_estimate: null,
      founded_at: null,
      currency: "usd",
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    });
  });

  it("refuses an amount that is none and a founding day in the future", async () => {
    const calls = stubApi({});
    renderWithQueries(<BusinessForm business={null} />);
    await type("Business name", "Harbour Coffee");
    await type("Revenue a year", "a lot");
    await type("Founded", "2999-01-01");
    await press("Continue to Stripe");
    expect(await screen.findByText("Enter an amount, like 250,000.")).toBeInTheDocument();
    expect(screen.getByText("This day lies in the future.")).toBeInTheDocument();
    expect(calls).toEqual([]);
  });

  it("changes an existing one in place", async () => {
    const calls = stubApi({ [`PATCH /users/businesses/${business.id}`]: { body: business } });
    renderWithQueries(<BusinessForm business={business} />);
    expect(screen.getByLabelText("Revenue a year")).toHaveValue("480000");
    await type("Legal entity", "Harbour Coffee LLC");
    await press("Save profile");
    await waitFor(() => expect(go).toHaveBeenCalledExactlyOnceWith("/dashboard"));
    expect(calls[0]?.body).toMatchObject({ legal_entity: "Harbour Coffee LLC", revenue_estimate: 480000 });
  });

  it("reads amounts as they are typed", () => {
    expect(["250,000", "250 000.50", "1,000.5", "", ".", "1.2.3", "-5"].map(parseAmount)).toEqual([
      250000,
      250000.5,
      1000.5,
      null,
      null,
      null,
      null,
    ]);
  });
});

describe("the way back from Stripe", () => {
  it("explains each refusal, and never repeats text from the address", () => {
    expect(connectError(new URLSearchParams(""))).toBeNull();
    expect(connectError(new URLSearchParams("error=expired_state"))?.title).toBe("That took longer than ten minutes");
    const unknown = connectError(new URLSearchParams("error=hacked&message=Call+this+number"));
    expect(JSON.stringify(unknown)).not.toMatch(/hacked|Call this/);
  });
});
