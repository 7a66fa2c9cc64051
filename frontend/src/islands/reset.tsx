import { mount } from "../lib/mount";
import { ResetForm } from "../components/auth/ResetForm";

mount("island", <ResetForm />);
