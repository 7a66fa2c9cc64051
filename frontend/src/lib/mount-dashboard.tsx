/** What each page of the dashboard consists of: its header's account, its business, and its content behind the guard. */
import { mount } from "./mount";
import type { ReactNode } from "react";
import { Account } from "../components/account/Account";
import { BusinessLine } from "../components/BusinessLine";
import { DashboardGuard } from "../components/DashboardGuard";
import { DataNotices } from "../components/DataNotices";

export function mountDashboard(page: ReactNode): void {
  mount("account", <Account />);
  mount("business", <BusinessLine />);
  mount(
    "island",
    <DashboardGuard>
      <DataNotices />
      {page}
    </DashboardGuard>,
  );
}
