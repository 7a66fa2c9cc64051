import { DashboardGuard } from "../components/DashboardGuard";
import { ConnectPage } from "../components/onboarding/ConnectPage";
import { mount } from "../lib/mount";
import "./account";

mount(
  "island",
  <DashboardGuard onboarding>
    <ConnectPage />
  </DashboardGuard>,
);
