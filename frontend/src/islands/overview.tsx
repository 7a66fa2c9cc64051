import { mountDashboard } from "../lib/mount-dashboard";
import { HISTORY_DAYS, OverviewPage } from "../components/overview/OverviewPage";
import { getCurrentBusinessId, isAuthenticated } from "../lib/auth";
import { metricsQuery, queryClient, readinessHistoryQuery, readinessQuery, recommendationsQuery } from "../lib/queries";

// Asked for at once, beside what the guard asks: the page needs both, and one round trip is shorter than two.
const shownByThePage = () => undefined;
const businessId = getCurrentBusinessId();
if (isAuthenticated() && businessId !== null) {
  queryClient.query(readinessQuery(businessId)).catch(shownByThePage);
  queryClient.query(recommendationsQuery(businessId)).catch(shownByThePage);
  queryClient.query(readinessHistoryQuery(businessId, HISTORY_DAYS)).catch(shownByThePage);
  queryClient.query(metricsQuery(businessId)).catch(shownByThePage);
}

mountDashboard(<OverviewPage />);
