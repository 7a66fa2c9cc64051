import { mount } from "../lib/mount";
import { DashboardGuard } from "../components/DashboardGuard";
import { SimulatorPage } from "../components/simulator/SimulatorPage";
import "./account";

mount(
  "island",
  <DashboardGuard>
    <SimulatorPage />
  </DashboardGuard>,
);
