from typing import Any

from vaultra_core.domain.audit import RETENTION, AuditAction, AuditEntry, audited, denied
from vaultra_core.identity import Origin, new_id, origin
from vaultra_core.ports.audit import AuditRecord
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.testing.contracts.samples import NOW, SECOND, a_user, changed

LONG_AGO = NOW - 2 * RETENTION  # old enough to be forgotten, whatever the time is


async def written(uow: UnitOfWorkFactory, *entries: AuditEntry) -> None:
    async with uow() as work:
        for entry in entries:
            await work.audit.add(entry)
        await work.commit()


def an_entry(seconds: int = 0, **fields: Any) -> AuditEntry:
    return audited(fields.pop("action", AuditAction.SIGNED_IN), NOW + seconds * SECOND, **fields)


class AuditLogContract:
    async def test_an_entry_comes_back_with_its_actor_and_where_it_came_from(self, uow: UnitOfWorkFactory) -> None:
        ada = a_user()
        async with uow() as work:
            await work.users.add(ada)
            await work.commit()
        came_in = origin.set(Origin("203.0.113.9", "request-1"))
        entry = an_entry(actor_id=ada.id, business_id=new_id(), target="acct_1", role="owner")
        origin.reset(came_in)
        assert (entry.address, entry.request_id) == ("203.0.113.9", "request-1")
        await written(uow, entry)
        async with uow() as work:
            assert await work.audit.of_user(ada.id, limit=9) == [AuditRecord(entry, ada.name)]

    async def test_pages_follow_each_other_newest_first(self, uow: UnitOfWorkFactory) -> None:
        business = new_id()
        entries = [an_entry(seconds, business_id=business) for seconds in (0, 1, 1, 1, 2)]
        await written(uow, *entries, an_entry(3, business_id=new_id()), an_entry(3))
        newest = sorted(entries, key=lambda entry: (entry.at, entry.id), reverse=True)
        async with uow() as work:
            first = await work.audit.of_business(business, limit=3)
            after = (first[-1].entry.at, first[-1].entry.id)
            rest = await work.audit.of_business(business, limit=3, after=after)
            assert [record.entry for record in first + rest] == newest
            assert len(await work.audit.latest(limit=6)) == 6

    async def test_knocking_all_hour_leaves_one_entry(self, uow: UnitOfWorkFactory) -> None:
        business, stranger = new_id(), new_id()
        moments = [NOW, NOW + 30 * SECOND, NOW + 3600 * SECOND]
        knocks = [denied(at, actor_id=stranger, business_id=business, required="viewer") for at in moments]
        await written(uow, *knocks, denied(NOW, actor_id=new_id(), business_id=business, required="viewer"))
        async with uow() as work:
            assert len(await work.audit.of_user(stranger, limit=9)) == 2
            assert len(await work.audit.of_business(business, limit=9)) == 3

    async def test_who_leaves_takes_their_addresses_along(self, uow: UnitOfWorkFactory) -> None:
        gone, stays = new_id(), new_id()
        theirs = changed(an_entry(actor_id=gone), address="203.0.113.9")
        others = changed(an_entry(actor_id=stays), address="203.0.113.10")
        tried = changed(theirs, id=new_id(), action=AuditAction.SIGN_IN_REFUSED, actor_id=None, target=str(gone))
        elsewhere = changed(tried, id=new_id(), target=str(stays))
        changed_by_another = changed(others, id=new_id(), actor_id=new_id(), target=str(gone))
        await written(uow, theirs, others, tried, elsewhere, changed_by_another)
        async with uow() as work:
            await work.audit.forget_addresses(gone)
            await work.commit()
        async with uow() as work:
            kept = {record.entry.id: record.entry.address for record in await work.audit.latest(limit=9)}
            assert kept == {
                theirs.id: None,
                tried.id: None,
                others.id: others.address,
                elsewhere.id: elsewhere.address,
                changed_by_another.id: others.address,
            }
            assert await work.audit.of_user(gone, limit=9) == [AuditRecord(changed(theirs, address=None), None)]
            assert await work.audit.of_user(stays, limit=9) == [AuditRecord(others, None)]

    async def test_what_is_past_its_time_is_forgotten(self, uow: UnitOfWorkFactory) -> None:
        old, young = changed(an_entry(), at=LONG_AGO), an_entry()
        await written(uow, old, young)
        async with uow() as work:
            assert await work.audit.forget(LONG_AGO + SECOND) == 1
            await work.commit()
        async with uow() as work:
            assert [record.entry for record in await work.audit.latest(limit=9)] == [young]
