import { mount } from "../lib/mount";
import { DashboardGuard } from "../components/DashboardGuard";
import { OverviewPage } from "../components/overview/OverviewPage";
import "./account";

mount(
  "island",
  <DashboardGuard>
    <OverviewPage />
  </DashboardGuard>,
);
