import { mount } from "../lib/mount";
import { DashboardGuard } from "../components/DashboardGuard";
import { OverviewPage } from "../components/overview/OverviewPage";
import { getCurrentBusinessId, isAuthenticated } from "../lib/auth";
import { metricsQuery, queryClient, readinessQuery, recommendationsQuery } from "../lib/queries";
import "./account";

// Asked for at once, beside what the guard asks: the page needs both, and one round trip is shorter than two.
const shownByThePage = () => undefined;
const businessId = getCurrentBusinessId();
if (isAuthenticated() && businessId !== null) {
  queryClient.query(readinessQuery(businessId)).catch(shownByThePage);
  queryClient.query(recommendationsQuery(businessId)).catch(shownByThePage);
  queryClient.query(metricsQuery(businessId)).catch(shownByThePage);
}

mount(
  "island",
  <DashboardGuard>
    <OverviewPage />
  </DashboardGuard>,
);
