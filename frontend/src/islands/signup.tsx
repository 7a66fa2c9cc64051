import { mount } from "../lib/mount";
import { SignupForm } from "../components/auth/SignupForm";

mount("island", <SignupForm />);
