const ERRORS: Record<string, { title: string; help: string }> = {
  access_denied: {
    title: "You did not sign in with Google",
    help: "You declined, or closed Google's page. Try again, or sign in with your password.",
  },
  invalid_state: {
    title: "This sign-in could not be verified",
    help: "The way back from Google did not match the way there, or took longer than ten minutes. Start again.",
  },
  replayed: {
    title: "This sign-in was used already",
    help: "Each one is good once. Start again.",
  },
  email_unverified: {
    title: "Google has not confirmed your e-mail address",
    help: "Confirm it in your Google account, then try again, or sign in with a password.",
  },
  account_exists: {
    title: "There is an account with this address",
    help: "Sign in with its password and confirm the address by the link in our mail. After that Google works as well.",
  },
};

/**
 * What to say when Google's page led back here with `?error=`. The text comes from our own table: what stands in an
 * address was perhaps not written by us.
 */
export function googleError(query: URLSearchParams): { title: string; help: string } | null {
  const code = query.get("error");
  if (code === null) return null;
  return (
    ERRORS[code] ?? {
      title: "Signing in with Google did not work",
      help: "Something went wrong on the way. Try again, or sign in with your password.",
    }
  );
}
