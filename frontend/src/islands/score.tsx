import { mount } from "../lib/mount";
import { DashboardGuard } from "../components/DashboardGuard";
import { ScorePage } from "../components/timeline/ScorePage";
import "./account";

mount(
  "island",
  <DashboardGuard>
    <ScorePage />
  </DashboardGuard>,
);
