import { SignupForm } from "../components/auth/SignupForm";
import { mount } from "../lib/mount";

mount("island", <SignupForm />);
