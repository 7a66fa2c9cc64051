import { mount } from "../lib/mount";
import { DashboardGuard } from "../components/DashboardGuard";
import { ConnectPage } from "../components/onboarding/ConnectPage";
import "./account";

mount(
  "island",
  <DashboardGuard onboarding>
    <ConnectPage />
  </DashboardGuard>,
);
