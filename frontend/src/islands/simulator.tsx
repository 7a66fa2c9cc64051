import { mountDashboard } from "../lib/mount-dashboard";
import { SimulatorPage } from "../components/simulator/SimulatorPage";

mountDashboard(<SimulatorPage />);
