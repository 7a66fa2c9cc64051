import { describe, expect, it } from "vitest";
import { stripe } from "../dev/fixtures";
import { afterLogin, loginUrl, missingStep } from "../src/lib/navigation";

const ORIGIN = "https://vaultra.test";
const next = (target: string) => `?next=${encodeURIComponent(target)}`;
const unconnected = { connected: false };

describe("after login", () => {
  it("a person comes back to where they were, query and all", () => {
    expect(loginUrl("/dashboard/metrics?range=30d")).toBe("/auth/login?next=%2Fdashboard%2Fmetrics%3Frange%3D30d");
    expect(afterLogin(next("/dashboard/metrics?range=30d"), ORIGIN)).toBe("/dashboard/metrics?range=30d");
  });

  it("nobody is sent to another site", () => {
    for (const target of [
      "https://evil.test/",
      "//evil.test/",
      "/\\evil.test/",
      "/\t/evil.test",
      "javascript:alert(1)",
      "evil",
      "",
    ]) {
      expect(afterLogin(next(target), ORIGIN)).toBe("/dashboard");
    }
    expect(afterLogin("", ORIGIN)).toBe("/dashboard");
  });

  it("the login page does not come back to itself", () => {
    expect(loginUrl("/auth/signup")).toBe("/auth/login");
  });
});

describe("the step that is missing", () => {
  it("is the business, then the connection, then the first import, then none", () => {
    expect(missingStep(null, undefined, undefined)).toBe("/onboarding/business");
    expect(missingStep("b1", unconnected, false)).toBe("/onboarding/stripe-connect?business_id=b1");
    expect(missingStep("b1", stripe("starting"), undefined)).toBe("/onboarding/stripe-connect?business_id=b1");
    expect(missingStep("b1", stripe("extending"), undefined)).toBeNull();
    expect(missingStep("b1", stripe("complete"), undefined)).toBeNull();
  });

  it("a sync that fails later does not throw anybody out of the dashboard", () => {
    expect(missingStep("b1", stripe("error"), undefined)).toBeNull();
  });

  it("who has disconnected still sees what was computed before", () => {
    expect(missingStep("b1", unconnected, true)).toBeNull();
    expect(missingStep("b1", unconnected, undefined)).toBeNull();
  });

  it("is not guessed while the status is unknown", () => {
    expect(missingStep("b1", undefined, undefined)).toBeNull();
  });
});
