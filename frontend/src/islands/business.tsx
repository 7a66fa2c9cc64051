import { BusinessPage } from "../components/onboarding/BusinessPage";
import { mount } from "../lib/mount";
import "./account";

mount("island", <BusinessPage />);
