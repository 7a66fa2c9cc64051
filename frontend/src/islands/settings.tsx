import { mount } from "../lib/mount";
import { DashboardGuard } from "../components/DashboardGuard";
import { SettingsPage } from "../components/settings/SettingsPage";
import "./account";

mount(
  "island",
  <DashboardGuard>
    <SettingsPage />
  </DashboardGuard>,
);
