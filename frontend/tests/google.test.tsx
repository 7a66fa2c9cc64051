import { screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { googleError } from "../src/components/auth/google-errors";
import { GooglePage } from "../src/components/auth/GooglePage";
import { LoginForm } from "../src/components/auth/LoginForm";
import { SignupForm } from "../src/components/auth/SignupForm";
import { getToken, setCurrentBusinessId, setToken } from "../src/lib/auth";
import { refusal, renderWithQueries, stubApi } from "./api";

const go = vi.hoisted(() => vi.fn());
vi.mock("../src/lib/navigation", async (original) => ({ ...(await original<object>()), go }));

const button = () => screen.queryByRole("link", { name: "Continue with Google" });
const providers = (google: boolean) => ({ "GET /auth/providers": { body: { password: true, google } } });

beforeEach(() => {
  go.mockReset();
  sessionStorage.clear();
  window.history.replaceState(null, "", "/auth/callback/google");
});

describe("the button to Google", () => {
  it.each([
    ["log-in", <LoginForm />],
    ["sign-up", <SignupForm />],
  ])("is part of the %s form where the server says so", async (_, form) => {
    stubApi(providers(true));
    renderWithQueries(form);
    const link = await screen.findByRole("link", { name: "Continue with Google" });
    expect(link).toHaveAttribute("href", `${window.location.origin}/api/v1/auth/google`);
  });

  it.each([
    ["where the server says that it is not set up", providers(false)],
    ["when the server cannot be asked", { "GET /auth/providers": new TypeError("offline") }],
  ])("is missing %s", async (_, replies) => {
    const calls = stubApi(replies);
    renderWithQueries(<LoginForm />);
    await waitFor(() => expect(calls.map(({ path }) => path)).toEqual(["/auth/providers"]));
    await new Promise((resolve) => setTimeout(resolve));
    expect(button()).toBeNull();
    expect(screen.getByRole("button", { name: "Sign in" })).toBeEnabled();
  });
});

describe("the way back from Google", () => {
  it("opens the session of the cookie, forgets who was here before, and goes to the dashboard", async () => {
    setToken("of somebody else");
    setCurrentBusinessId("theirs");
    const calls = stubApi({ "POST /auth/refresh": { body: { token: "t3" } } });
    renderWithQueries(<GooglePage />);
    await waitFor(() => expect(go).toHaveBeenCalledExactlyOnceWith("/dashboard"));
    expect(getToken()).toBe("t3");
    expect(localStorage.getItem("vaultra_current_business_id")).toBeNull();
    expect(calls).toHaveLength(1);
    expect(calls[0]?.headers.get("Authorization")).toBeNull();
  });

  it("goes on to where the person was before, and that once", async () => {
    window.history.replaceState(null, "", "/auth/login?next=%2Finvite");
    stubApi({ ...providers(true), "POST /auth/refresh": { body: { token: "t4" } } });
    const form = renderWithQueries(<LoginForm />);
    const link = await screen.findByRole("link", { name: "Continue with Google" });
    link.addEventListener("click", (event) => event.preventDefault()); // there is no Google to go to
    await userEvent.click(link);
    form.unmount();
    window.history.replaceState(null, "", "/auth/callback/google");
    renderWithQueries(<GooglePage />).unmount();
    await waitFor(() => expect(go).toHaveBeenCalledExactlyOnceWith("/invite"));
    go.mockReset();
    renderWithQueries(<GooglePage />);
    await waitFor(() => expect(go).toHaveBeenCalledExactlyOnceWith("/dashboard"));
  });

  it("says what went wrong, asks for no session then, and never repeats text from the address", async () => {
    window.history.replaceState(null, "", "/auth/callback/google?error=account_exists");
    const calls = stubApi({});
    renderWithQueries(<GooglePage />);
    expect(await screen.findByRole("alert")).toHaveTextContent("There is an account with this address");
    expect(screen.getByRole("link", { name: "Back to sign in" })).toHaveAttribute("href", "/auth/login");
    expect(calls).toEqual([]);
    const unknown = googleError(new URLSearchParams("error=hacked&message=Call+this+number"));
    expect(JSON.stringify(unknown)).not.toMatch(/hacked|Call this/);
  });

  it("says so when there is no session after all, and does not try again by itself", async () => {
    const calls = stubApi({ "POST /auth/refresh": refusal(401, "UNAUTHORIZED", "The session has ended.") });
    renderWithQueries(<GooglePage />);
    expect(await screen.findByRole("alert")).toHaveTextContent("The session has ended.");
    expect(calls).toHaveLength(1);
    expect(go).not.toHaveBeenCalled();
  });
});
