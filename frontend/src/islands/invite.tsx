import { mount } from "../lib/mount";
import { InvitePage } from "../components/auth/InvitePage";

mount("island", <InvitePage />);
