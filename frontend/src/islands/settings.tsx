import { mountDashboard } from "../lib/mount-dashboard";
import { SettingsPage } from "../components/settings/SettingsPage";

mountDashboard(<SettingsPage />);
