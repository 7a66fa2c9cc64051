import { useQuery } from "@tanstack/react-query";
import { GOOGLE_URL } from "../../lib/api";
import { keepNext } from "../../lib/navigation";
import { providersQuery } from "../../lib/queries";

/** The way to Google's page; nothing where that is not set up, or cannot be asked. A password works in either case. */
export function GoogleButton() {
  const { data } = useQuery(providersQuery());
  if (!data?.google) return null;
  return (
    <a className="button button-quiet" href={GOOGLE_URL} onClick={() => keepNext(window.location.search)}>
      Continue with Google
    </a>
  );
}
