import { mountDashboard } from "../lib/mount-dashboard";
import { AgentChat } from "../components/agent/AgentChat";

mountDashboard(<AgentChat />);
