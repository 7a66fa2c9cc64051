import { useQuery } from "@tanstack/react-query";
import { isAuthenticated } from "../../lib/auth";
import { currentUserQuery } from "../../lib/queries";
import { AccountMenu } from "./AccountMenu";
import { BusinessSelector } from "./BusinessSelector";

/** The header's right-hand side. Until the answer is there its place stays empty, with the same height. */
export function Account() {
  const { data } = useQuery({ ...currentUserQuery(), enabled: isAuthenticated() });
  if (!data) return null;
  return (
    <>
      <BusinessSelector businesses={data.businesses} />
      <AccountMenu user={data} />
    </>
  );
}
