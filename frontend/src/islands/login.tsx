import { mount } from "../lib/mount";
import { LoginForm } from "../components/auth/LoginForm";

mount("island", <LoginForm />);
