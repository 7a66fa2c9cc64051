import { mount } from "../lib/mount";
import { ForgotForm } from "../components/auth/ForgotForm";

mount("island", <ForgotForm />);
