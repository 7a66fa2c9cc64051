import { LoginForm } from "../components/auth/LoginForm";
import { mount } from "../lib/mount";

mount("island", <LoginForm />);
