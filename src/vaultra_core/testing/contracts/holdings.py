from collections.abc import AsyncIterator
from uuid import UUID

from vaultra_core.domain.accounts import Business, User
from vaultra_core.domain.audit import AuditAction, audited
from vaultra_core.identity import Role
from vaultra_core.ports.holdings import Rows
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.testing.contracts.samples import NOW, a_business, a_user, an_integration, changed


async def gathered(held: AsyncIterator[tuple[str, Rows]]) -> dict[str, Rows]:
    tables: dict[str, Rows] = {}
    async for table, rows in held:
        tables.setdefault(table, []).extend(rows)
    return tables


async def given_members(uow: UnitOfWorkFactory) -> tuple[User, User, Business]:
    """An owner with a password and an admin of one business, and one entry of each in the audit log."""
    owner, admin, business = a_user(hashed_password="$argon2id$x"), a_user(), a_business(name="=Café")  # noqa: S106
    async with uow() as work:
        await work.users.add(owner)
        await work.users.add(admin)
        await work.businesses.add(business)
        await work.businesses.add_member(business.id, owner.id, Role.OWNER)
        await work.businesses.add_member(business.id, admin.id, Role.ADMIN)
        await work.integrations.add(an_integration(business.id))
        for person in (owner, admin):
            entry = audited(AuditAction.MEMBER_JOINED, NOW, actor_id=person.id, business_id=business.id)
            await work.audit.add(changed(entry, address="203.0.113.9"))
        await work.commit()
    return owner, admin, business


def ids(rows: Rows, name: str = "user_id") -> set[UUID]:
    return {UUID(row[name]) for row in rows}


class HoldingsContract:
    async def test_a_person_gets_what_is_theirs_without_secrets(self, uow: UnitOfWorkFactory) -> None:
        owner, _, business = await given_members(uow)
        async with uow() as work:
            held = await gathered(work.holdings.of_user(owner.id))
        assert set(held) == {"users", "user_business_memberships", "audit_log"}
        assert (held["users"][0]["email"], held["users"][0]["name"]) == (owner.email, owner.name)
        assert "hashed_password" not in held["users"][0]
        assert ids(held["user_business_memberships"]) == {owner.id}
        assert ids(held["user_business_memberships"], "business_id") == {business.id}
        assert ids(held["audit_log"], "actor_id") == {owner.id}

    async def test_a_business_gets_all_that_is_its_own(self, uow: UnitOfWorkFactory) -> None:
        owner, admin, business = await given_members(uow)
        await given_members(uow)
        async with uow() as work:
            held = await gathered(work.holdings.of_business(business.id))
        assert [row["name"] for row in held["businesses"]] == [business.name]
        assert ids(held["user_business_memberships"]) == {owner.id, admin.id}
        assert len(held["audit_log"]) == 2
        assert not {"users"} & set(held)

    async def test_an_erased_business_leaves_its_audit_and_its_people(self, uow: UnitOfWorkFactory) -> None:
        owner, _, business = await given_members(uow)
        _, _, stays = await given_members(uow)
        async with uow() as work:
            await work.holdings.erase_business(business.id)
            await work.commit()
        async with uow() as work:
            assert set(await gathered(work.holdings.of_business(business.id))) == {"audit_log"}
            assert await work.integrations.of_business(business.id) is None
            assert await work.users.get(owner.id) == owner
            assert await work.integrations.of_business(stays.id) is not None

    async def test_an_erased_person_leaves_their_audit_without_addresses(self, uow: UnitOfWorkFactory) -> None:
        owner, admin, business = await given_members(uow)
        async with uow() as work:
            await work.holdings.erase_user(admin.id)
            await work.commit()
        async with uow() as work:
            held = await gathered(work.holdings.of_user(admin.id))
            assert set(held) == {"audit_log"}
            assert [row["address"] for row in held["audit_log"]] == [None]
            assert await work.users.get(owner.id) == owner
            assert await work.businesses.role_of(owner.id, business.id) is Role.OWNER

    async def test_the_only_owner_is_known(self, uow: UnitOfWorkFactory) -> None:
        owner, admin, business = await given_members(uow)
        async with uow() as work:
            assert await work.holdings.only_owner_of(owner.id) == [business.id]
            assert await work.holdings.only_owner_of(admin.id) == []
            second = a_user()
            await work.users.add(second)
            await work.businesses.add_member(business.id, second.id, Role.OWNER)
            assert await work.holdings.only_owner_of(owner.id) == []
