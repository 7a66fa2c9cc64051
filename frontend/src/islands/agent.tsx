import { mount } from "../lib/mount";
import { DashboardGuard } from "../components/DashboardGuard";
import { AgentChat } from "../components/agent/AgentChat";
import "./account";

mount(
  "island",
  <DashboardGuard>
    <AgentChat />
  </DashboardGuard>,
);
