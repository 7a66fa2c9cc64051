import { mount } from "../lib/mount";
import { DashboardGuard } from "../components/DashboardGuard";
import { RecommendationsPage } from "../components/recommendations/RecommendationsPage";
import "./account";

mount(
  "island",
  <DashboardGuard>
    <RecommendationsPage />
  </DashboardGuard>,
);
