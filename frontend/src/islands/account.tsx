import { mount } from "../lib/mount";
import { Account } from "../components/account/Account";

mount("account", <Account />);
