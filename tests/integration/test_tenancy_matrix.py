"""Every route of the OpenAPI document × everybody who may ask × ids in path, query, body and cursor.

No route is named here: a new one is asked the same. What follows from the document and from the roles is:

- without a good token everything is 401, but what the document calls public;
- a stranger gets the same answer for an id of another tenant as for one that nobody has, and never a word of theirs;
- nothing is changed by any of these, nor by a viewer, but what is the viewer's own;
- who may do less gets no more than who may do more, and an owner may do everything;
- only an owner takes things away from the business as a whole.
"""

import datetime as dt
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from support.operations import Operation, Place, operations
from support.product import Product
from vaultra_adapters.postgres.tables import metadata
from vaultra_core.identity import Role
from vaultra_core.ports.runtime import AccessTokens
from vaultra_core.ports.storage import UnitOfWorkFactory

MISSING = "00000000-0000-7000-8000-000000000000"
# A refusal is written down, and a person's last sign of life is too.
NOT_COMPARED = {"audit_log"}
PERSONAL = {table.name for table in metadata.sorted_tables if "user_id" in table.c} - {"user_business_memberships"}
# What names somebody or something: ids of ours, ids of Stripe's, addresses.
NAMES = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|[a-z]{2,}_[A-Za-z0-9_]{6,}|[\w.-]+@[\w.-]+")
HANDLE = re.compile(r"[a-z_]+:[\w.:@-]{1,100}")
ROUNDS = {"GET": 0, "POST": 1, "PUT": 1, "PATCH": 1, "DELETE": 2}  # what takes away comes last


class Stage:
    """Two tenants with data, and everybody who asks."""

    def __init__(self, product: Product, engine: AsyncEngine, uow: UnitOfWorkFactory) -> None:
        self.product, self.engine, self.uow = product, engine, uow

    async def prepare(self) -> None:
        self.owner = await self.product.signed_up("owner@tenant-a.example", "Olga Owner")
        self.business = await self.owner.imported("shop", name="Tenant A")
        self.stranger = await self.product.signed_up("stranger@tenant-b.example", "Stranger")
        self.theirs = await self.stranger.business("Tenant B")
        self.members = {role: await self._member(role) for role in (Role.VIEWER, Role.ADMIN)} | {Role.OWNER: self.owner}
        document = (await self.product.get("/openapi.json")).json()
        self.operations = sorted(operations(document), key=lambda each: (ROUNDS[each.method], len(each.texts)))
        self.secured = [each for each in self.operations if not each.public]
        await self._seed()
        self.foreign = await self.ids(of_each=1)
        self.canaries = {value async for value in self._names()} - {MISSING}
        self.handles = await self._handles()

    async def _member(self, role: Role) -> Product:
        person = await self.product.signed_up(f"{role}@tenant-a.example", f"{role} of A")
        async with self.uow() as work:
            await work.businesses.add_member(UUID(self.business), await id_of(person), role)
            await work.commit()
        return person

    async def _seed(self) -> None:
        """Let the owner post everything twice, so that there is something of every kind, and a second page of it."""
        for operation in self.secured:
            addressed = any(place.where == "path" for place in (*operation.others, *operation.texts))
            if operation.method == "POST" and operation.places and not addressed:
                for _ in range(2):
                    await operation.call(self.owner, dict.fromkeys(operation.businesses, self.business))

    async def ids(self, *, of_each: int) -> list[str]:
        """Ids of each kind of thing of tenant A, its owner's own where it is somebody's."""
        owner = await id_of(self.owner)
        found: dict[str, None] = {}
        for table in metadata.sorted_tables:
            kept = [c.name for c in table.c if c.type.python_type is UUID and c.name not in ("business_id", "user_id")]
            whose = {"business_id": self.business, "user_id": owner}
            mine = [f"{name} = '{value}'" for name, value in whose.items() if name in table.c]
            where = " AND ".join(mine) or ("id" in table.c and f"id = '{owner}'") or "false"
            for column in kept:
                rows = await self._values(f"SELECT DISTINCT {column} FROM {table.name} WHERE {where} LIMIT {of_each}")
                found |= dict.fromkeys(str(value) for value in rows)
        return list(found)

    async def _names(self) -> AsyncIterator[str]:
        yield self.business
        yield "owner@tenant-a.example"
        for table in metadata.sorted_tables:
            for column in ("id", "external_id", "customer", "email"):
                if column in table.c and "business_id" in table.c:
                    query = f"SELECT {column} FROM {table.name} WHERE business_id = '{self.business}'"
                    for value in await self._values(query):
                        yield str(value)

    async def _handles(self) -> list[str]:
        """Whatever the owner is shown that could be asked for in turn, and what that shows."""
        found: set[str] = set()
        for operation in self.secured:
            if operation.method == "GET" and not operation.others:
                for handle in few_of_each_kind(found) if operation.texts else [MISSING]:
                    values = dict.fromkeys(operation.businesses, self.business) | dict.fromkeys(operation.texts, handle)
                    answer = await operation.call(self.owner, values)
                    if "json" in answer.headers.get("Content-Type", ""):  # an archive to take along is none
                        found |= {text for text in strings(answer.json()) if HANDLE.fullmatch(text)}
        return [*few_of_each_kind(found), *(f"recommendation:{value}" for value in self.foreign)]

    async def _values(self, query: str) -> list[Any]:
        async with self.engine.connect() as connection:
            return list(await connection.scalars(text(query)))

    async def digest(self, *, without: set[str]) -> dict[str, str]:
        tables = [table.name for table in metadata.sorted_tables if table.name not in without | NOT_COMPARED]
        query = "SELECT md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))) FROM {} t"
        return {table: str((await self._values(query.format(table)))[0]) for table in tables}


@pytest.fixture
async def stage(product: Product, engine: AsyncEngine, uow: UnitOfWorkFactory) -> Stage:
    stage = Stage(product, engine, uow)
    await stage.prepare()
    return stage


async def test_the_matrix(stage: Stage) -> None:
    """In one test: setting the stage takes longer than all the questions."""
    assert len(stage.secured) > 25
    before = await stage.digest(without=set())
    await check_without_a_token(stage)
    await check_strangers(stage)
    await check_cursors(stage)
    assert await stage.digest(without=set()) == before, "somebody who is no member has changed something"
    before = await stage.digest(without=PERSONAL)
    await check_viewers(stage)
    after = await stage.digest(without=PERSONAL)
    assert after == before, "a viewer has changed something"
    await check_roles(stage)
    await check_that_ids_were_real(stage)


async def check_without_a_token(stage: Stage) -> None:
    tokens = await stage.product.container.get(AccessTokens)
    expired = stage.product.as_nobody()
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=30)
    assert stage.owner.token
    session = tokens.read(stage.owner.token, dt.datetime.now(dt.UTC)).session_id  # is open: only the time has passed
    expired.token = tokens.issue(await id_of(stage.owner), "owner@tenant-a.example", session, long_ago)
    for person in (stage.product.as_nobody(), expired):
        for operation in stage.secured:
            values = dict.fromkeys(operation.businesses, stage.business) | dict.fromkeys(operation.others, MISSING)
            answer = await operation.call(person, values)
            assert (answer.status_code, answer.json()["error"]["code"]) == (401, "UNAUTHORIZED"), operation


async def check_strangers(stage: Stage) -> None:
    """One id at a time is another tenant's; the others are the stranger's own, or nobody's."""
    for operation in stage.secured:
        usual = dict.fromkeys(operation.businesses, stage.theirs) | dict.fromkeys(operation.others, MISSING)
        for place in (*operation.businesses, *operation.others):
            reference = await operation.call(stage.stranger, {**usual, place: MISSING})
            assert reference.status_code in (400, 403, 404), (operation, place, reference.text)
            for foreign in [stage.business] if place.business else stage.foreign:
                answer = await operation.call(stage.stranger, {**usual, place: foreign})
                told = (operation, place, foreign, answer.text)
                assert comparable(answer, foreign) == comparable(reference, MISSING), told
                no_word_of(stage, answer, foreign, told)
        for place in operation.texts:
            for handle in stage.handles:
                answer = await operation.call(stage.stranger, {**usual, place: handle})
                no_word_of(stage, answer, handle, (operation, place, handle))
        if operation.method == "GET" and not operation.others and not operation.texts:
            # Their own log of refusals names the business that they knocked at.
            no_word_of(stage, await operation.call(stage.stranger, usual), stage.business, (operation,))


async def check_cursors(stage: Stage) -> None:
    for operation in stage.secured:
        if not operation.pages:
            continue
        cursor = None
        for values in places_filled(stage, operation):
            answer = (await operation.call(stage.owner, values, limit="1")).json()
            if cursor := answer.get("next_cursor"):
                break
        assert cursor, f"{operation}: the owner's data has no second page; let `_seed` make some"
        theirs = {**values, **dict.fromkeys(operation.businesses, stage.theirs)}
        answered = await operation.call(stage.stranger, theirs, limit="50", cursor=cursor)
        assert answered.status_code < 500, (operation, answered.text)
        no_word_of(stage, answered, cursor + str(values), (operation, cursor))


async def check_viewers(stage: Stage) -> None:
    viewer = stage.members[Role.VIEWER]
    for operation in stage.secured:
        if operation.method == "GET" or not operation.places:
            continue
        usual = dict.fromkeys(operation.businesses, stage.business)
        for foreign in stage.foreign if operation.others else [MISSING]:
            await operation.call(viewer, {**usual, **dict.fromkeys(operation.others, foreign)})


async def check_roles(stage: Stage) -> None:
    for operation in stage.secured:
        if operation.others or operation.texts or not operation.businesses:
            continue
        values = dict.fromkeys(operation.businesses, stage.business)
        if operation.method == "DELETE":
            for role in (Role.VIEWER, Role.ADMIN):
                refused = await operation.call(stage.members[role], values)
                assert refused.status_code == 403, (operation, role, refused.text)
            continue
        allowed = [
            (await operation.call(stage.members[role], values)).status_code not in (401, 403)
            for role in sorted(Role, key=lambda role: role.rank)
        ]
        assert allowed == sorted(allowed), f"{operation}: a lower role may do what a higher one may not: {allowed}"
        assert allowed[-1], f"{operation}: an owner is refused"


async def check_that_ids_were_real(stage: Stage) -> None:
    """Else strangers would have been refused what nobody has. Comes last: things are changed and removed here."""
    owned = await stage.ids(of_each=3)
    for operation in stage.secured:
        # What takes away may have been taken away before, by a route above it.
        for place in operation.others if operation.method != "DELETE" else ():
            usual = dict.fromkeys(operation.businesses, stage.business) | dict.fromkeys(operation.others, MISSING)
            missing = await operation.call(stage.owner, {**usual, place: MISSING})
            for value in owned:
                answer = await operation.call(stage.owner, {**usual, place: value})
                if comparable(answer, value) != comparable(missing, MISSING):
                    break
            else:
                pytest.fail(f"{operation}: nothing of the owner's fits {place.name}; let `Stage._seed` make one")


def few_of_each_kind(handles: set[str]) -> list[str]:
    kinds: dict[str, list[str]] = {}
    for handle in sorted(handles):
        kinds.setdefault(handle.partition(":")[0], []).append(handle)
    return [handle for of_kind in kinds.values() for handle in of_kind[:3]]


def places_filled(stage: Stage, operation: Operation) -> Iterator[dict[Place, str]]:
    usual = dict.fromkeys(operation.businesses, stage.business)
    for text_ in stage.handles if operation.texts else [""]:
        for other in stage.foreign if operation.others else [""]:
            yield {**usual, **dict.fromkeys(operation.texts, text_), **dict.fromkeys(operation.others, other)}


def comparable(answer: httpx.Response, asked: str) -> tuple[int, str]:
    """Status and body, but for the request's own number and for the id that was asked for."""
    return answer.status_code, re.sub(r'"request_id":"[0-9a-f]*"', "", answer.text).replace(asked, "…")


def no_word_of(stage: Stage, answer: httpx.Response, asked: str, told: object) -> None:
    leaked = {name for name in NAMES.findall(answer.text) if name in stage.canaries and name not in asked}
    assert not leaked, (told, leaked)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


async def id_of(person: Product) -> UUID:
    return UUID((await person.get("/auth/me")).json()["id"])
