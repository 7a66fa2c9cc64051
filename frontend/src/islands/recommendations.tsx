import { mountDashboard } from "../lib/mount-dashboard";
import { RecommendationsPage } from "../components/recommendations/RecommendationsPage";

mountDashboard(<RecommendationsPage />);
