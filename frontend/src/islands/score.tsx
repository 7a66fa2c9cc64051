import { mountDashboard } from "../lib/mount-dashboard";
import { ScorePage } from "../components/timeline/ScorePage";

mountDashboard(<ScorePage />);
