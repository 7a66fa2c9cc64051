import { mount } from "../lib/mount";
import { BusinessPage } from "../components/onboarding/BusinessPage";
import "./account";

mount("island", <BusinessPage />);
