import { mountDashboard } from "../lib/mount-dashboard";
import { MetricsPage } from "../components/metrics/MetricsPage";

mountDashboard(<MetricsPage />);
