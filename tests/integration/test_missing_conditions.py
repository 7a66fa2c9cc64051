"""Each condition of ours on the tenant is taken away in turn, and nothing foreign is seen or changed.

The statements are not edited one by one: whatever a collection of the unit of work sends is looked at on its way to
the driver, and every comparison of a tenant's column with a value becomes true for any value.
"""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from support.operations import Operation, operations
from support.product import Product
from vaultra_adapters.postgres import unit_of_work
from vaultra_adapters.postgres.row_security import AS_SYSTEM
from vaultra_adapters.postgres.tables import metadata

TENANT_COLUMNS = {"business_id", "user_id", "actor_id"}
# `stripe_charges.business_id = $1::UUID`: what is compared stays a parameter, so that the numbers of the others hold.
CONDITION = re.compile(
    r"(?P<column>\w+\.(?:business_id|user_id|actor_id|id)|\bbusiness_id|\buser_id) = (?P<value>\$\d+::UUID)"
)
FOREIGN = re.compile(r"Foreign|foreign@example\.com")


class Conditions:
    """Which conditions were seen on the way, and the one that is taken away now."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.without: str | None = None
        self.taken = 0

    def edit(self, _: Any, __: Any, statement: str, parameters: Any, ___: Any, ____: Any) -> tuple[str, Any]:
        conditions = list(CONDITION.finditer(statement))
        for number, found in enumerate(conditions):
            key = f"{number} {found['column']} in {shape(statement)}"
            self.seen.add(key)
            if key == self.without:
                self.taken += 1
                # Still a comparison, and true whatever the value.
                always = f"({found.group()} OR {found['value']} IS NOT NULL)"
                return statement[: found.start()] + always + statement[found.end() :], parameters
        return statement, parameters


def shape(statement: str) -> str:
    return re.sub(r"\s+", " ", statement)


@contextmanager
def watched(engine: AsyncEngine) -> Iterator[Conditions]:
    conditions = Conditions()
    event.listen(engine.sync_engine, "before_cursor_execute", conditions.edit, retval=True)
    try:
        yield conditions
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", conditions.edit)


@pytest.fixture
async def reads(product: Product) -> AsyncIterator[list[Operation]]:
    document = (await product.get("/openapi.json")).json()
    known = [each for each in operations(document) if not each.public]
    yield [each for each in known if each.method in ("GET", "PATCH") and not each.texts]


async def test_any_condition_may_be_missing(
    product: Product, reads: list[Operation], engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And as a control: without the second line, some of these would have shown or changed what is foreign."""
    foreign = await product.signed_up("foreign@example.com", "Foreign")
    theirs = UUID(await foreign.imported("shop", name="Foreign"))
    own = await product.signed_up("own@example.com", "Own")
    business = await own.business("Own")
    requests = await product.container.get(AsyncEngine)

    before = await digest(engine, theirs)

    async def leaks() -> list[str]:
        """Answers that name the foreign business or anybody in it, and tables in which it has changed."""
        answers = []
        for operation in reads:
            answer = await operation.call(own, dict.fromkeys(operation.businesses, business))
            if FOREIGN.search(answer.text) or str(theirs) in answer.text:
                answers.append(f"{operation}: {answer.text}")
        after = await digest(engine, theirs)
        return answers + [table for table, content in after.items() if content != before[table]]

    with watched(requests) as conditions:
        assert await leaks() == []
        assert len(conditions.seen) > 10
        for condition in sorted(conditions.seen):
            conditions.without, conditions.taken = condition, 0
            assert await leaks() == [], condition
            assert conditions.taken, condition
        monkeypatch.setattr(unit_of_work, "scope_of", lambda _: AS_SYSTEM)
        for condition in sorted(conditions.seen):
            conditions.without = condition
            if await leaks():
                return
    pytest.fail("the first line was never missed: nothing that is foreign could have been seen")


async def digest(engine: AsyncEngine, business: UUID) -> dict[str, str]:
    """What is stored of a business, by table."""
    mine = {table.name: "business_id" for table in metadata.sorted_tables if "business_id" in table.c}
    found = {}
    async with engine.connect() as connection:
        for table, column in {**mine, "businesses": "id"}.items():
            rows = f"SELECT md5(string_agg(t::text, ';' ORDER BY t::text)) FROM {table} t"
            found[table] = str(await connection.scalar(text(f"{rows} WHERE {column} = '{business}'")))
    return found
