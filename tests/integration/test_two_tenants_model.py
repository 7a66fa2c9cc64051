"""A model of people, businesses, members, sessions and tokens, and the product beside it: whatever is done in whatever
order, both say the same of who may do what."""

import asyncio
import secrets
from collections.abc import Coroutine
from typing import Any, TypeVar
from uuid import UUID

import hypothesis
import hypothesis.strategies as st
import msgspec
import uvloop
from hypothesis import HealthCheck, Phase
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from support.product import PASSWORD, Product, a_product, settings_for_tests
from vaultra_core.errors import Unauthorized
from vaultra_core.identity import Role
from vaultra_core.use_cases.authenticate_token import AuthenticateToken

T = TypeVar("T")
EXAMPLES, STEPS = 8, 25
MOST_PEOPLE, MOST_BUSINESSES = 4, 2  # few, so that they meet
PICK = st.integers(0, 59)  # which of those there are
ROLES = st.sampled_from(Role)
MCP = "http://vaultra.test/mcp"


class Person(msgspec.Struct, kw_only=True, eq=False):
    id: str
    email: str


class Session(msgspec.Struct, kw_only=True, eq=False):
    person: Person
    client: Product
    is_open: bool = True


class Business(msgspec.Struct, kw_only=True, eq=False):
    id: str
    name: str
    roles: dict[str, Role]  # by person


class Invitation(msgspec.Struct, kw_only=True, eq=False):
    business: Business
    email: str
    role: Role
    token: str
    waits: bool = True


class Token(msgspec.Struct, kw_only=True, eq=False):
    id: str
    secret: str
    person: Person
    business: Business
    scope: str
    is_good: bool = True


class TwoTenants(RuleBasedStateMachine):
    def __init__(self, product: Product, runner: asyncio.Runner) -> None:
        super().__init__()
        self.product, self._runner = product, runner
        self.people: list[Person] = []
        self.sessions: list[Session] = []
        self.businesses: list[Business] = []
        self.invitations: list[Invitation] = []
        self.tokens: list[Token] = []
        for _ in range(2):
            self.sign_up()
            self.register(len(self.sessions) - 1)
        for number, role in enumerate((Role.VIEWER, Role.ADMIN)):  # of the first business, so that there are all roles
            self.sign_up()
            self.invite(0, 0, 2 + number, role)
            self.accept(2 + number, number)

    # What people do with their account.

    @precondition(lambda self: len(self.people) < MOST_PEOPLE)
    @rule()
    def sign_up(self) -> None:
        email = f"{secrets.token_hex(8)}@example.com"
        client = self._run(self.product.signed_up(email))
        person = Person(id=self._run(client.get("/auth/me")).json()["id"], email=email)
        self.people.append(person)
        self.sessions.append(Session(person=person, client=client))

    @rule(who=PICK)
    def log_in(self, who: int) -> None:
        person = _pick(self.people, who)
        answer = self._run(self.product.as_nobody().post("/auth/login", {"email": person.email, "password": PASSWORD}))
        assert answer.status_code == 200
        self.sessions.append(Session(person=person, client=self.product._as(answer.json()["token"])))

    @rule(which=PICK)
    def log_out(self, which: int) -> None:
        session = _pick(self.sessions, which)
        self._ask(session, "POST", "/auth/logout", 204)  # also of a session that is over: that is what was wanted
        session.is_open = False

    @rule(which=PICK)
    def log_out_everywhere(self, which: int) -> None:
        session = _pick(self.sessions, which)
        self._ask(session, "POST", "/auth/logout-everywhere", 204 if session.is_open else 401)
        if session.is_open:
            for each in self.sessions:
                each.is_open = each.is_open and each.person is not session.person

    @rule(which=PICK)
    def see_oneself(self, which: int) -> None:
        session = _pick(self.sessions, which)
        answer = self._ask(session, "GET", "/auth/me", 200 if session.is_open else 401)
        if session.is_open:
            mine = [(each.id, each.name, each.roles.get(session.person.id)) for each in self.businesses]
            assert sorted((each["id"], each["name"], each["role"]) for each in answer["businesses"]) == sorted(
                each for each in mine if each[2]
            )

    # What they do with a business.

    @precondition(lambda self: len(self.businesses) < MOST_BUSINESSES)
    @rule(which=PICK)
    def register(self, which: int) -> None:
        session = _pick(self.sessions, which)
        made = self._ask(session, "POST", "/users/businesses", 201 if session.is_open else 401, {"name": "Shop"})
        if session.is_open:
            self.businesses.append(Business(id=made["id"], name="Shop", roles={session.person.id: Role.OWNER}))

    @rule(which=PICK, where=PICK)
    def look(self, which: int, where: int) -> None:
        session, business = _pick(self.sessions, which), _pick(self.businesses, where)
        path = f"/users/businesses/{business.id}"
        seen = self._ask(session, "GET", path, self._expected(session, business, Role.VIEWER, 200))
        members = self._ask(session, "GET", f"{path}/members", self._expected(session, business, Role.VIEWER, 200))
        self._ask(session, "GET", f"{path}/audit", self._expected(session, business, Role.OWNER, 200))
        query = f"/recommendations?business_id={business.id}"
        self._ask(session, "GET", query, self._expected(session, business, Role.VIEWER, 200))
        if self._expected(session, business, Role.VIEWER, 200) == 200:
            assert seen["name"] == business.name
            assert {each["user_id"]: each["role"] for each in members["members"]} == business.roles

    @rule(which=PICK, where=PICK, name=st.sampled_from(["Café", "Bakery", "Shop"]))
    def rename(self, which: int, where: int, name: str) -> None:
        session, business = _pick(self.sessions, which), _pick(self.businesses, where)
        expected = self._expected(session, business, Role.ADMIN, 200)
        self._ask(session, "PATCH", f"/users/businesses/{business.id}", expected, {"name": name})
        business.name = name if expected == 200 else business.name

    @rule(which=PICK, where=PICK, whom=PICK, role=ROLES)
    def invite(self, which: int, where: int, whom: int, role: Role) -> None:
        session, business = _pick(self.sessions, which), _pick(self.businesses, where)
        person = _pick(self.people, whom)
        expected = self._expected(session, business, Role.OWNER, 409 if person.id in business.roles else 201)
        body = {"email": person.email, "role": role}
        self._ask(session, "POST", f"/users/businesses/{business.id}/members", expected, body)
        if expected == 201:
            for each in self.invitations:
                each.waits = each.waits and not (each.business is business and each.email == person.email)
            token = self._run(self._mailed_token(person.email))
            self.invitations.append(Invitation(business=business, email=person.email, role=role, token=token))

    @precondition(lambda self: self.invitations)
    @rule(which=PICK, what=PICK)
    def accept(self, which: int, what: int) -> None:
        session, invitation = _pick(self.sessions, which), _pick(self.invitations, what)
        good = invitation.waits and invitation.email == session.person.email
        expected = 401 if not session.is_open else 200 if good else 404
        self._ask(session, "POST", "/invitations/accept", expected, {"token": invitation.token})
        if expected == 200:
            invitation.waits = False
            invitation.business.roles.setdefault(session.person.id, invitation.role)

    @rule(which=PICK, where=PICK, whom=PICK, role=ROLES)
    def change_role(self, which: int, where: int, whom: int, role: Role) -> None:
        session, business, person = _pick(self.sessions, which), _pick(self.businesses, where), _pick(self.people, whom)
        expected = self._expected(session, business, Role.OWNER, self._without(business, person, role) or 200)
        path = f"/users/businesses/{business.id}/members/{person.id}"
        self._ask(session, "PATCH", path, expected, {"role": role})
        if expected == 200:
            business.roles[person.id] = role

    @rule(which=PICK, where=PICK, whom=PICK)
    def remove_or_leave(self, which: int, where: int, whom: int) -> None:
        session, business, person = _pick(self.sessions, which), _pick(self.businesses, where), _pick(self.people, whom)
        minimum = Role.VIEWER if person is session.person else Role.OWNER
        expected = self._expected(session, business, minimum, self._without(business, person, None) or 204)
        self._ask(session, "DELETE", f"/users/businesses/{business.id}/members/{person.id}", expected)
        if expected == 204:
            del business.roles[person.id]

    # What an assistant of theirs may do.

    @rule(which=PICK, where=PICK, scope=st.sampled_from(["read", "act"]))
    def make_token(self, which: int, where: int, scope: str) -> None:
        session, business = _pick(self.sessions, which), _pick(self.businesses, where)
        minimum = Role.ADMIN if scope == "act" else Role.VIEWER
        expected = self._expected(session, business, minimum, 201)
        body = {"name": "Laptop", "business_id": business.id, "scope": scope}
        made = self._ask(session, "POST", "/users/me/tokens", expected, body)
        if expected == 201:
            given = {"id": made["id"], "secret": made["token"], "scope": scope}
            self.tokens.append(Token(**given, person=session.person, business=business))

    @precondition(lambda self: self.tokens)
    @rule(which=PICK, what=PICK)
    def revoke_token(self, which: int, what: int) -> None:
        session, token = _pick(self.sessions, which), _pick(self.tokens, what)
        mine = token.is_good and token.person is session.person
        expected = 401 if not session.is_open else 204 if mine else 404
        self._ask(session, "DELETE", f"/users/me/tokens/{token.id}", expected)
        token.is_good = token.is_good and expected != 204

    @precondition(lambda self: self.tokens)
    @rule(what=PICK)
    def use_token(self, what: int) -> None:
        token = _pick(self.tokens, what)
        role = token.business.roles.get(token.person.id) if token.is_good else None
        expected = role if token.scope == "act" or role is None else Role.VIEWER
        assert self._run(self._role_of(token)) == expected

    def teardown(self) -> None:
        for business in self.businesses:
            assert Role.OWNER in business.roles.values()
        for number in range(len(self.sessions)):
            for where in range(len(self.businesses)):
                self.look(number, where)

    # How it is asked, and what should come of it.

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def _ask(self, session: Session, method: str, path: str, expected: int, body: Any = None) -> dict[str, Any]:
        answer = self._run(session.client.request(method, path, json=body))
        assert answer.status_code == expected, f"{method} {path}: {answer.status_code}, not {expected}: {answer.text}"
        return dict(answer.json()) if answer.content else {}

    @staticmethod
    def _expected(session: Session, business: Business, minimum: Role, then: int) -> int:
        """The answer's status: `then`, for whoever may."""
        role = business.roles.get(session.person.id)
        if not session.is_open:
            return 401
        return 403 if role is None or role.rank < minimum.rank else then

    @staticmethod
    def _without(business: Business, person: Person, role: Role | None) -> int | None:
        """Why this person cannot get another role, or none."""
        if person.id not in business.roles:
            return 404
        return None if Role.OWNER in {**business.roles, person.id: role}.values() else 409

    async def _mailed_token(self, email: str) -> str:
        engine = await self.product.container.get(AsyncEngine)
        query = """SELECT content->>'link' FROM mail_outbox WHERE "to" = :email AND content->>'link' LIKE '/invite%'
                   ORDER BY created_at DESC LIMIT 1"""
        async with engine.connect() as connection:
            await connection.execute(text("SET LOCAL ROLE vaultra_system"))
            link = await connection.scalar(text(query), {"email": email})
        return str(link).partition("#token=")[2]

    async def _role_of(self, token: Token) -> Role | None:
        authenticate = await self.product.container.get(AuthenticateToken)
        try:
            caller = (await authenticate.execute(token.secret, audience=MCP)).caller
        except Unauthorized:
            return None
        assert (caller.user_id, caller.business_id) == (UUID(token.person.id), UUID(token.business.id))
        return caller.role


def _pick(things: list[T], number: int) -> T:
    return things[number % len(things)]


SETTINGS = hypothesis.settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shorten a failure takes minutes, to read one does not
    suppress_health_check=list(HealthCheck),
)


async def test_nobody_does_what_their_membership_does_not_give(engine: AsyncEngine, database_url: str) -> None:
    del engine  # it is what empties the tables

    async def opened() -> Product:
        return await opening.__aenter__()

    async def closed() -> None:
        await opening.__aexit__(None, None, None)

    def run() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            product = runner.run(opened())

            class Here(TwoTenants):
                def __init__(self) -> None:
                    super().__init__(product, runner)

            try:
                run_state_machine_as_test(Here, settings=SETTINGS)
            finally:
                runner.run(closed())

    opening = a_product(settings_for_tests(database_url))
    await asyncio.to_thread(run)  # the state machine has a loop of its own
