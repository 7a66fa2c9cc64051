import { mount } from "../lib/mount";
import { VerifyPage } from "../components/auth/VerifyPage";

mount("island", <VerifyPage />);
