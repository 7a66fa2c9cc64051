const ERRORS: Record<string, { title: string; help: string }> = {
  access_denied: {
    title: "Stripe was not connected",
    help: "You declined, or closed Stripe's page. Nothing was read. You can try again whenever you like.",
  },
  invalid_state: {
    title: "This connection could not be verified",
    help: "The way back from Stripe did not match the way there, so nothing was connected. Start again from this page.",
  },
  other_browser: {
    title: "This connection was begun in another browser",
    help: "Nothing was connected. A connection is finished in the browser, and under the address, where it began. Start again from this page.",
  },
  expired_state: {
    title: "That took longer than ten minutes",
    help: "For your safety a connection has to be finished within ten minutes. Start again.",
  },
  already_connected: {
    title: "This Stripe account is connected already",
    help: "A Stripe account belongs to one business here. Choose another account, or disconnect it there first.",
  },
  forbidden: {
    title: "You cannot connect Stripe for this business",
    help: "Only an owner can. Sign in as the owner who started, or ask one of them.",
  },
  stripe_unavailable: {
    title: "Stripe did not answer",
    help: "Nothing was connected. Wait a moment and try again.",
  },
};

/**
 * What to say when Stripe's page led back here with `?error=`. The text comes from our own table: what stands in an
 * address was perhaps not written by us.
 */
export function connectError(query: URLSearchParams): { title: string; help: string } | null {
  const code = query.get("error");
  if (code === null) return null;
  return (
    ERRORS[code] ?? {
      title: "Stripe was not connected",
      help: "Something went wrong on the way. Nothing was connected. Try again.",
    }
  );
}
