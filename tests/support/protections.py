"""Protections, each with what it is taken away by and the test that then fails.

A test that passes with and without a protection shows nothing. So each test that is named here runs twice: as it is,
and with one expression of the product replaced, when an assertion of it has to fail (tests/conftest.py). The page
docs/security.md is held to this list.
"""

import inspect
import textwrap
from importlib import import_module
from operator import attrgetter
from typing import Any, Final

import msgspec
import pytest


class Protection(msgspec.Struct, frozen=True):
    """In `where` (module:function) stands `this`, once. With `instead` in its place, `test` fails."""

    area: str  # as docs/security.md calls it
    promise: str
    where: str
    this: str
    instead: str
    test: str  # file::function, below tests/

    def take_away(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Raise LookupError when the product's text is not what it was: then this list has to be mended."""
        module_name, _, name = self.where.partition(":")
        module = import_module(module_name)
        function: Any = attrgetter(name)(module)
        source = textwrap.dedent(inspect.getsource(function))
        if source.count(self.this) != 1:
            raise LookupError(f"{self.where} has not exactly one {self.this!r}")
        namespace = dict(vars(module))
        exec(compile(source.replace(self.this, self.instead), f"<{self.where}, changed>", "exec"), namespace)
        changed = namespace[function.__name__]
        # The code alone, so that whoever imported the function by name has the changed one too.
        monkeypatch.setattr(function, "__code__", getattr(changed, "__func__", changed).__code__)


CORE, HTTP, ADAPTERS = "vaultra_core", "vaultra_http", "vaultra_adapters"

PROTECTIONS: Final = (
    Protection(
        "tenancy",
        "a role that is too low is refused",
        f"{CORE}.identity:Caller.require",
        "self.role.rank < minimum.rank",
        "False",
        "integration/test_api_members.py::test_only_owners_manage",
    ),
    Protection(
        "row-level security",
        "a transaction says for whom it acts",
        f"{ADAPTERS}.postgres.row_security:_ScopedTransaction.start",
        'f"BEGIN; {self._connection.scope}"',
        '"BEGIN"',
        "integration/postgres/test_row_security.py::test_only_with_the_role_that_is_claimed",
    ),
    Protection(
        "passwords",
        "hashed beside the event loop",
        f"{ADAPTERS}.identity.argon2_hasher:Argon2Hasher.hash",
        "await asyncio.to_thread(self._hasher.hash, password)",
        "self._hasher.hash(password)",
        "unit/adapters/test_argon2_hasher.py::test_the_loop_goes_on_while_a_password_is_hashed",
    ),
    Protection(
        "passwords",
        "no more than two at once",
        f"{ADAPTERS}.identity.argon2_hasher:Argon2Hasher.__init__",
        "asyncio.Semaphore(at_once)",
        "asyncio.Semaphore(100)",
        "unit/adapters/test_argon2_hasher.py::test_no_more_than_two_are_hashed_at_once",
    ),
    Protection(
        "passwords",
        "the same work for an unknown address",
        f"{ADAPTERS}.identity.argon2_hasher:Argon2Hasher.verify",
        "good = await",
        "good = hashed is not None and await",
        "unit/adapters/test_argon2_hasher.py::test_nobody_costs_the_same_work_as_somebody",
    ),
    Protection(
        "passwords",
        "weak ones are refused",
        f"{CORE}.domain.passwords:refuse_weak",
        "if reason:",
        "if False:",
        "integration/test_api_passwords.py::test_a_weak_password_does_not_use_the_link_up",
    ),
    Protection(
        "JWT",
        "a token ends",
        f"{ADAPTERS}.identity.signing:Signer.read",
        'moments["exp"] <= now.timestamp()',
        "False",
        "unit/adapters/test_jwt_tokens.py::test_it_expires",
    ),
    Protection(
        "JWT",
        "what we did not sign is refused",
        f"{ADAPTERS}.identity.signing:Signer.read",
        '"require": REQUIRED',
        '"require": REQUIRED, "verify_signature": False',
        "unit/adapters/test_jwt_tokens.py::test_a_foreign_signature_is_refused",
    ),
    Protection(
        "sessions",
        "a refresh token that is used again ends the session",
        f"{CORE}.use_cases.refresh_session:RefreshSession.execute",
        "elif not _just_used(session, shown, now):",
        "elif False:",
        "integration/test_api_sessions.py::test_an_older_token_ends_it_at_once",
    ),
    Protection(
        "sessions",
        "of a token only its hash is stored",
        f"{CORE}.domain.sessions:fingerprint",
        "hashlib.sha256(token.encode()).digest()",
        "token.encode()",
        "integration/test_api_sessions.py::test_only_its_hash_is_stored",
    ),
    Protection(
        "sessions",
        "logging out cuts access at once",
        f"{CORE}.use_cases.log_out:LogOut.execute",
        "await work.sessions.remove(session.user_id, session_id)",
        "pass",
        "integration/test_api_sessions.py::test_logging_out_cuts_access_at_once",
    ),
    Protection(
        "Google",
        "an answer is good once",
        f"{CORE}.use_cases.sign_in_with_google:SignInWithGoogle.execute",
        'raise Unauthorized("This sign-in was used already: start again.", reason="replayed")',
        "pass",
        "integration/test_api_google.py::test_a_state_signs_in_once_whatever_else_comes_with_it",
    ),
    Protection(
        "Google",
        "an unconfirmed address is not linked",
        f"{CORE}.use_cases.sign_in_with_google:SignInWithGoogle._linked",
        "known.email_verified_at is None or ",
        "",
        "integration/test_api_google.py::test_an_account_with_an_unconfirmed_address_is_not_linked",
    ),
    Protection(
        "Stripe Connect",
        "a state connects once",
        f"{CORE}.use_cases.finish_connect:FinishConnect.execute",
        "if not fresh:",
        "if False:",
        "integration/test_connect_once.py::test_a_used_state_connects_nothing_with_a_fresh_code",
    ),
    Protection(
        "Stripe Connect",
        "a connection is finished in the browser that began it",
        f"{HTTP}.routes.stripe:_began_here",
        'hmac.compare_digest(request.cookies.get(JOURNEY, "").encode(), state.encode())',
        "True",
        "integration/test_connect_and_import.py::test_a_connection_is_finished_in_the_browser_that_began_it",
    ),
    Protection(
        "Stripe Connect",
        "whoever leaves takes the access along",
        f"{CORE}.use_cases.erase_business:EraseBusiness.execute",
        "await work.returns.add(integration.external_id, self._clock.now())",
        "pass",
        "unit/core/test_return_access.py::test_disconnecting_and_deleting_both_give_back",
    ),
    Protection(
        "webhooks",
        "too old and from the future are refused",
        f"{ADAPTERS}.stripe.signature:verify",
        "abs(now - int(times[0])) > TOLERANCE_SECONDS",
        "False",
        "unit/adapters/test_stripe_signature.py::test_too_old_and_from_the_future_are_refused",
    ),
    Protection(
        "webhooks",
        "an old event with a second, young time is refused",
        f"{ADAPTERS}.stripe.signature:verify",
        "len(times) != 1",
        "not times",
        "unit/adapters/test_stripe_signature.py::test_a_time_that_nobody_signed_is_refused",
    ),
    Protection(
        "tokens at rest",
        "a row that was swapped does not open",
        f"{ADAPTERS}.secrets.keyring:_place",
        "head + business_id.bytes + column.encode()",
        "head",
        "unit/adapters/test_keyring.py::test_a_row_that_was_swapped_does_not_open",
    ),
    Protection(
        "input",
        "a field that comes twice is refused",
        f"{HTTP}.rendering:_once_each",
        "if key in seen:",
        "if False:",
        "integration/test_api_input.py::test_a_broken_body_is_refused",
    ),
    Protection(
        "rate limits",
        "guessing is stopped",
        f"{CORE}.use_cases.limit_tries:count_tries",
        "if wait is not None:",
        "if False:",
        "integration/test_api_passwords.py::test_guessing_is_stopped_and_told_when_to_come_back",
    ),
    Protection(
        "rate limits",
        "only a trusted proxy says whose address it is",
        f"{HTTP}.proxies:client_address",
        "not _within(peer, trusted)",
        "False",
        "integration/test_edges.py::test_only_a_trusted_proxy_says_where_somebody_is",
    ),
    Protection(
        "headers",
        "answers say what a browser may do with them",
        f"{HTTP}.edges:Edges.__call__",
        "headers.setdefault(name, value)",
        "pass",
        "integration/test_api_input.py::test_every_answer_has_an_id_and_is_private",
    ),
    Protection(
        "headers",
        "browsers are held to https",
        f"{HTTP}.edges:EdgeRules.headers",
        "if self.https",
        "if False",
        "integration/test_edges.py::test_browsers_are_held_to_https_where_it_is_used_and_nowhere_else",
    ),
    Protection(
        "headers",
        "only origins on the list may read",
        f"{HTTP}.app:_cors",
        "allow_origins=list(origins)",
        'allow_origins=["*"]',
        "integration/test_edges.py::test_only_origins_on_the_list_may_call_and_read",
    ),
    Protection(
        "exports",
        "no cell is a formula",
        f"{HTTP}.archive:cell",
        'return f"\'{value}"',
        "return value",
        "unit/http/test_archive.py::test_no_text_is_a_formula",
    ),
    Protection(
        "logs",
        "what looks like a secret is hidden",
        "vaultra_cli.logs:_Hide.in_text",
        "self._pattern.sub(HIDDEN, text)",
        "text",
        "unit/test_logs.py::test_a_terminal_gets_text_without_secrets",
    ),
    Protection(
        "LLM",
        "a model shows no link and no picture",
        f"{CORE}.agent.prose:without_links",
        "text = _ENTITY.sub(",
        "return text; text = _ENTITY.sub(",
        "unit/agent/test_chat.py::test_orders_in_names_and_documents_change_nothing",
    ),
    Protection(
        "MCP",
        "a token for another address is refused",
        f"{CORE}.use_cases.authenticate_token:AuthenticateToken.execute",
        "token.audience != audience or ",
        "",
        "unit/core/test_authenticate_token.py::test_a_token_for_another_address_is_refused",
    ),
    Protection(
        "MCP",
        "a reading token is a viewer's",
        f"{CORE}.use_cases.authenticate_token:AuthenticateToken.execute",
        "role if token.scope is TokenScope.ACT else Role.VIEWER",
        "role",
        "unit/core/test_authenticate_token.py::test_a_reading_token_stands_for_a_viewer",
    ),
)


def of_test(path: str, name: str) -> list[Protection]:
    """The protections that this test holds."""
    return [each for each in PROTECTIONS if each.test.endswith(f"::{name}") and path.endswith(each.test.split("::")[0])]
