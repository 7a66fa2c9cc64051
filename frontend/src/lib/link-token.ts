/**
 * The token of a mailed link. It stands behind the `#`, which browsers send to nobody, and is taken out of the address
 * once it is read, so that it stays in no history and in no screenshot.
 */
export function takeLinkToken(): string | null {
  const token = tokenOf(window.location);
  if (token !== null) window.history.replaceState(null, "", window.location.pathname + window.location.search);
  return token;
}

function tokenOf({ hash }: Location): string | null {
  return new URLSearchParams(hash.slice(1)).get("token");
}

// Where this page is open already, the browser takes a link to it for a place on the page and loads nothing.
window.addEventListener("hashchange", () => {
  if (tokenOf(window.location) !== null) window.location.reload();
});

const WAITING = "vaultra_invitation";

/** Keep an invitation while its receiver signs in or up, in this tab only. */
export function keepInvitation(token: string): void {
  sessionStorage.setItem(WAITING, token);
}

export function keptInvitation(): string | null {
  return sessionStorage.getItem(WAITING);
}

export function forgetInvitation(): void {
  sessionStorage.removeItem(WAITING);
}
