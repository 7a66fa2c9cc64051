import { DashboardGuard } from "../components/DashboardGuard";
import { RecommendationsPage } from "../components/recommendations/RecommendationsPage";
import { mount } from "../lib/mount";
import "./account";

mount(
  "island",
  <DashboardGuard>
    <RecommendationsPage />
  </DashboardGuard>,
);
