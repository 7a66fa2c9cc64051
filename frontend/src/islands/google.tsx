import { mount } from "../lib/mount";
import { GooglePage } from "../components/auth/GooglePage";

mount("island", <GooglePage />);
