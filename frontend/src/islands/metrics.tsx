import { DashboardGuard } from "../components/DashboardGuard";
import { MetricsPage } from "../components/metrics/MetricsPage";
import { mount } from "../lib/mount";
import "./account";

mount(
  "island",
  <DashboardGuard>
    <MetricsPage />
  </DashboardGuard>,
);
