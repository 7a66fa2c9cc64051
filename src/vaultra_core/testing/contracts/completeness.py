import datetime as dt
from typing import Any

from vaultra_core.domain.accounts import ImportPhase, IntegrationStatus
from vaultra_core.domain.ledger import BalanceTransaction, LedgerObject, Record
from vaultra_core.domain.reconciliation import Certificate, CertificateState, Difference, Problem, Statement
from vaultra_core.periods import utc_bounds
from vaultra_core.ports.completeness import SAME_MOMENT, Doubt
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.testing.contracts.ledger import DISPUTE, PAYOUT, REFUND, SUBSCRIPTION
from vaultra_core.testing.contracts.samples import (
    DAY,
    NOW,
    SECOND,
    TODAY,
    a_charge,
    changed,
    given_business,
    given_integration,
    seen,
)

YESTERDAY = TODAY - DAY
FIRST = dt.date(2026, 10, 1)
START, _ = utc_bounds(FIRST)


def a_move(move_id: str, source: str | None, created: int = START, category: str = "charge") -> BalanceTransaction:
    return BalanceTransaction(
        id=move_id,
        created=created,
        currency="usd",
        amount_minor=500,
        fee_minor=45,
        net_minor=455,
        available_on=created,
        reporting_category=category,
        source=source,
    )


def a_certificate(business_id: Any, **fields: Any) -> Certificate:
    difference = Difference(
        day=FIRST,
        kind="charge",
        id="ch_1",
        problem=Problem.AMOUNT,
        currency="usd",
        expected_minor=500,
        found_minor=None,
        transactions=("txn_1", "txn_2"),
    )
    known = {
        "business_id": business_id,
        "state": CertificateState.DIFFERS,
        "complete_through": FIRST - DAY,
        "judged_through": YESTERDAY,
        "differences": (difference,),
        "difference_count": 7,
        "checked_at": NOW,
        "listed_through": START,
        "failures": 2,
        "next_at": NOW,
    }
    return Certificate(**{**known, **fields})


def ids(statement: Statement) -> tuple[set[str], set[str], set[str]]:
    objects, transactions = {one.id for one in statement.objects}, {one.id for one in statement.transactions}
    assert (len(objects), len(transactions)) == (len(statement.objects), len(statement.transactions))
    return objects, transactions, set(statement.released)


class CertificatesContract:
    async def test_days_are_open_until_they_are_closed(self, uow: UnitOfWorkFactory) -> None:
        one, other = await given_business(uow), await given_business(uow)
        async with uow() as work:
            await work.certificates.open_days(one.id, {TODAY, FIRST, YESTERDAY})
            await work.certificates.open_days(one.id, {TODAY})
            await work.certificates.open_days(other.id, {FIRST + DAY})
            await work.certificates.open_days(other.id, set())
            await work.commit()
        async with uow() as work:
            opened = work.certificates.opened
            assert await opened(one.id, after=dt.date.min, through=TODAY) == [FIRST, YESTERDAY, TODAY]
            assert await opened(one.id, after=FIRST, through=YESTERDAY) == [YESTERDAY]
            assert await opened(one.id, after=dt.date.min, through=TODAY, limit=1) == [FIRST]
            await work.certificates.close_days(one.id, {FIRST, TODAY, FIRST + DAY})
            assert await opened(one.id, after=dt.date.min, through=TODAY) == [YESTERDAY]
            assert await opened(other.id, after=dt.date.min, through=TODAY) == [FIRST + DAY]

    async def test_a_statement_reaches_beyond_its_days_both_ways(self, uow: UnitOfWorkFactory) -> None:
        business = await given_business(uow)
        other = await given_business(uow)
        async with uow() as work:
            await work.ledger.merge(
                business.id,
                seen(
                    a_charge("ch_on", created=START + 10),
                    a_charge("ch_before", created=START - 10),
                    a_charge("ch_unrelated", created=START - 20),
                    a_charge("ch_released", created=START - 30, captured=False),
                    changed(REFUND, id="re_on", created=START + 86_399, charge="ch_released"),
                    changed(DISPUTE, id="dp_after", created=START + 86_400),
                    changed(PAYOUT, id="po_on", created=START),
                    SUBSCRIPTION,
                    a_move("txn_on", "ch_before"),
                    a_move("txn_after", "ch_on", START + 86_400),
                    a_move("txn_fee", "ch_unrelated", category="fee"),
                    a_move("txn_nobody", "ch_nobody"),
                    a_move("txn_alone", None),
                    a_move("txn_unrelated", "ch_unrelated", START - 5),
                ),
            )
            await work.ledger.merge(other.id, seen(a_charge("ch_other", created=START), a_move("txn_x", "ch_on")))
            found = ids(await work.certificates.statement(business.id, {FIRST}, since=0))
            assert found[0] == {"ch_on", "ch_before", "re_on", "po_on"}
            assert found[1] == {"txn_on", "txn_after", "txn_fee", "txn_nobody", "txn_alone"}
            assert found[2] == {"ch_released"}
            # Of the first day only what came after the import begins, and what that names.
            cut = ids(await work.certificates.statement(business.id, {FIRST}, since=START + 5))
            assert cut[:2] == ({"ch_on", "re_on"}, {"txn_after"})
            both = ids(await work.certificates.statement(business.id, {FIRST, FIRST + DAY}, since=0))
            assert both[0] == found[0] | {"dp_after"}
            assert [p.id for p in await work.certificates.payouts(business.id, {FIRST})] == ["po_on"]
            assert await work.certificates.payouts(business.id, {FIRST + DAY}) == []

    async def test_the_last_certificate_is_kept_whole(self, uow: UnitOfWorkFactory) -> None:
        one, other = await given_business(uow), await given_business(uow)
        async with uow() as work:
            assert await work.certificates.get(one.id) is None
            await work.certificates.save(Certificate(business_id=one.id, next_at=NOW))
            await work.certificates.save(a_certificate(one.id))
            await work.certificates.save(Certificate(business_id=other.id, next_at=NOW))
            await work.commit()
        async with uow() as work:
            assert await work.certificates.get(one.id) == a_certificate(one.id)
            assert await work.certificates.get(other.id) == Certificate(business_id=other.id, next_at=NOW)

    async def test_due_is_what_has_never_been_checked_or_has_changed_since(self, uow: UnitOfWorkFactory) -> None:
        integration = await given_integration(uow, phase=ImportPhase.COMPLETE)
        await given_integration(uow, phase=ImportPhase.EXTENDING)
        await given_integration(uow, phase=ImportPhase.COMPLETE, status=IntegrationStatus.REVOKED)
        business_id = integration.business_id
        async with uow() as work:

            async def due() -> bool:
                found = await work.certificates.due(NOW, YESTERDAY, limit=9)
                assert found in ([], [business_id])
                return bool(found)

            assert await due()
            await work.certificates.save(a_certificate(business_id))
            assert not await due()
            await work.certificates.save(a_certificate(business_id, judged_through=YESTERDAY - DAY))
            assert await due()
            await work.certificates.save(a_certificate(business_id, judged_through=None, next_at=NOW + SECOND))
            assert not await due()
            await work.certificates.save(a_certificate(business_id))
            await work.certificates.open_days(business_id, {TODAY})
            assert not await due()
            await work.certificates.open_days(business_id, {FIRST})
            assert await due()
            assert await work.certificates.due(NOW, YESTERDAY, limit=0) == []

    async def test_a_purge_leaves_no_mark_and_no_certificate(self, uow: UnitOfWorkFactory) -> None:
        business = await given_business(uow)
        async with uow() as work:
            await work.certificates.open_days(business.id, {FIRST})
            await work.certificates.save(a_certificate(business.id))
            await work.ledger.purge(business.id)
            assert await work.certificates.opened(business.id, after=dt.date.min, through=TODAY) == []
            assert await work.certificates.get(business.id) is None


SEEN_AT = int(NOW.timestamp()) - SAME_MOMENT - 1


def contested(state: LedgerObject, at: int = SEEN_AT) -> Record:
    return Record(state=state, observed_at=at, contested=True)


class DoubtsContract:
    async def test_contested_records_of_connected_businesses_are_in_doubt(self, uow: UnitOfWorkFactory) -> None:
        connected = (await given_integration(uow)).business_id
        revoked = (await given_integration(uow, status=IntegrationStatus.REVOKED)).business_id
        alone = (await given_business(uow)).id
        async with uow() as work:
            for business_id in (connected, revoked, alone):
                await work.ledger.merge(business_id, [contested(a_charge()), contested(SUBSCRIPTION), *seen(REFUND)])
            assert set(await work.doubts.due(NOW, limit=9)) == {
                Doubt(business_id=connected, kind="charge", id="ch_1"),
                Doubt(business_id=connected, kind="subscription", id="sub_1"),
            }
            assert len(await work.doubts.due(NOW, limit=1)) == 1

    async def test_what_was_just_seen_is_left_to_settle(self, uow: UnitOfWorkFactory) -> None:
        business_id = (await given_integration(uow)).business_id
        async with uow() as work:
            await work.ledger.merge(business_id, [contested(a_charge(), SEEN_AT + 1)])
            assert await work.doubts.due(NOW, limit=9) == []
            assert len(await work.doubts.due(NOW + SECOND, limit=9)) == 1

    async def test_a_doubt_that_is_put_off_comes_back_in_its_time(self, uow: UnitOfWorkFactory) -> None:
        business_id = (await given_integration(uow)).business_id
        async with uow() as work:
            await work.ledger.merge(business_id, [contested(a_charge())])
            (doubt,) = await work.doubts.due(NOW, limit=9)
            await work.doubts.put_off({doubt: NOW + DAY})
            assert await work.doubts.due(NOW + DAY - SECOND, limit=9) == []
            (again,) = await work.doubts.due(NOW + DAY, limit=9)
            assert again == changed(doubt, attempts=1)
            await work.doubts.put_off({again: None})
            assert await work.doubts.due(NOW + 99 * DAY, limit=9) == []

    async def test_a_record_of_another_moment_is_a_new_doubt(self, uow: UnitOfWorkFactory) -> None:
        business_id = (await given_integration(uow)).business_id
        async with uow() as work:
            await work.ledger.merge(business_id, [contested(a_charge())])
            (doubt,) = await work.doubts.due(NOW, limit=9)
            await work.doubts.put_off({doubt: None})
            await work.ledger.merge(business_id, [contested(a_charge(amount_minor=7), SEEN_AT + 1)])
            assert await work.doubts.due(NOW + SECOND, limit=9) == [doubt]

    async def test_what_has_been_decided_is_in_doubt_no_more(self, uow: UnitOfWorkFactory) -> None:
        business_id = (await given_integration(uow)).business_id
        async with uow() as work:
            await work.ledger.merge(business_id, [contested(a_charge())])
            (doubt,) = await work.doubts.due(NOW, limit=9)
            await work.ledger.merge(business_id, seen(a_charge(amount_minor=7), at=SEEN_AT + 1))
            assert await work.doubts.due(NOW + SECOND, limit=9) == []
            await work.doubts.put_off({doubt: NOW})
            assert await work.doubts.due(NOW + SECOND, limit=9) == []
