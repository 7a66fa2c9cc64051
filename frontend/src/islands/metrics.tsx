import { mount } from "../lib/mount";
import { DashboardGuard } from "../components/DashboardGuard";
import { MetricsPage } from "../components/metrics/MetricsPage";
import "./account";

mount(
  "island",
  <DashboardGuard>
    <MetricsPage />
  </DashboardGuard>,
);
