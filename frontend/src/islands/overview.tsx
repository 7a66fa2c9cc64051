import { DashboardGuard } from "../components/DashboardGuard";
import { OverviewPage } from "../components/overview/OverviewPage";
import { mount } from "../lib/mount";
import "./account";

mount(
  "island",
  <DashboardGuard>
    <OverviewPage />
  </DashboardGuard>,
);
