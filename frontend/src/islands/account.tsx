import { Account } from "../components/account/Account";
import { mount } from "../lib/mount";

mount("account", <Account />);
