"""Whoever works for a request does so within what its caller may see."""

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any, get_type_hints

import vaultra_core.agent
import vaultra_core.use_cases
import vaultra_http
from vaultra_core.ports.storage import UnitOfWorkFactory

# The use cases of routes that see every tenant, and why they have to.
BEFORE_ANYBODY_IS_KNOWN = {
    "SignUp": "there is no person yet whose rows could be in sight",
    "LogIn": "who it is comes out of it",
    "SignInWithGoogle": "who it is comes out of it",
    "LogOut": "who it is comes out of the tokens",
    "RefreshSession": "who it is comes out of it",
    "AskPasswordReset": "nobody is signed in",
    "ResetPassword": "who it is comes out of the link",
    "VerifyEmail": "who it is comes out of the link",
    "AuthenticateToken": "who it is comes out of it",
    "AcceptInvitation": "who accepts is no member yet",
    "EraseUser": "mails that wait for the person are out of everybody's sight",
    "CreateBusiness": "nobody is a member of a business that does not exist yet",
}


def modules(package: Any) -> Iterator[Any]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield import_module(found.name)


def use_cases_of_routes() -> set[type]:
    """Every class of the core's use cases that the HTTP layer or a tool of the agent knows by name."""
    prefix = vaultra_core.use_cases.__name__
    named = [
        value
        for package in (vaultra_http, vaultra_core.agent)
        for module in modules(package)
        for value in vars(module).values()
    ]
    return {value for value in named if inspect.isclass(value) and value.__module__.startswith(prefix)}


def wants(use_case: type) -> list[Any]:
    """What it is made from."""
    initialiser = vars(use_case).get("__init__")
    return list(get_type_hints(initialiser).values()) if inspect.isfunction(initialiser) else []


def test_routes_do_not_work_as_the_system() -> None:
    """Else a forgotten condition in a query would be all that stands between two tenants."""
    found = use_cases_of_routes()
    assert len(found) > 15
    system = {use_case.__name__ for use_case in found if UnitOfWorkFactory in wants(use_case)}
    unexpected = system - BEFORE_ANYBODY_IS_KNOWN.keys()
    assert not unexpected, (
        f"{sorted(unexpected)} would see every tenant. Take a TenantUnitOfWorkFactory and open it for the caller (or "
        "the user id); or say in BEFORE_ANYBODY_IS_KNOWN why there is nobody yet to open it for."
    )
    assert system == BEFORE_ANYBODY_IS_KNOWN.keys(), "a reason stands here for what needs none any more"
