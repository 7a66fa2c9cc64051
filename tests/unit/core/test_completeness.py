"""Certify and settle doubts: what they do when Stripe does not help, and when they come back."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from support.runtime import RecordingQueue, StillClock
from vaultra_core.domain.accounts import ImportPhase, ImportWindow, Integration
from vaultra_core.domain.ledger import BalanceTransaction, Charge, LedgerObject, Record
from vaultra_core.domain.reconciliation import Certificate, CertificateState, Problem
from vaultra_core.errors import NotFound, Unavailable, VaultraError
from vaultra_core.ports.payments import Page
from vaultra_core.ports.runtime import Job
from vaultra_core.testing.contracts.completeness import a_move
from vaultra_core.testing.contracts.samples import DAY, NOW, SECOND, a_charge, given_business, given_integration, seen
from vaultra_core.testing.storage import MemoryStorage
from vaultra_core.use_cases.certify import Certify
from vaultra_core.use_cases.record_observations import record_observations
from vaultra_core.use_cases.settle_doubts import SettleDoubts

HOUR = dt.timedelta(hours=1)
SALE_AT = int((NOW - 3 * DAY).timestamp())


class Stripe:
    """An account that has these objects; it fails as it is told to."""

    def __init__(self, clock: StillClock) -> None:
        self.clock = clock
        self.objects: dict[str, LedgerObject] = {}
        self.contested: set[str] = set()
        self.failure: VaultraError | None = None
        self.retrieved: list[str] = []

    def put(self, *states: LedgerObject) -> None:
        self.objects |= {state.id: state for state in states}

    def _page(self, states: Sequence[LedgerObject]) -> Page:
        if self.failure is not None:
            raise self.failure
        at = int(self.clock.time.timestamp())
        return Page(records=seen(*states, at=at), count=len(states), oldest=None, cursor=None)

    async def list_page(
        self, external_id: str, kind: str, *, starts_at: int, ends_at: int, cursor: str | None, expand: bool = True
    ) -> Page:
        return self._page([s for s in self.objects.values() if s.kind == kind and starts_at <= s.created < ends_at])

    async def list_payout(self, external_id: str, payout: str, *, cursor: str | None) -> Page:
        return self._page([])

    async def retrieve(self, external_id: str, kind: str, object_id: str) -> Sequence[Record]:
        self.retrieved.append(object_id)
        if self.failure is not None:
            raise self.failure
        if object_id not in self.objects:
            raise NotFound("gone")
        moves = [s for s in self.objects.values() if isinstance(s, BalanceTransaction) and s.source == object_id]
        records = self._page([self.objects[object_id], *moves]).records
        return [msgspec.structs.replace(r, contested=r.state.id in self.contested) for r in records]


class Setting:
    """An imported business, its Stripe account, and the jobs."""

    def __init__(self, storage: MemoryStorage, integration: Integration) -> None:
        self.storage, self.integration = storage, integration
        self.clock, self.queue = StillClock(NOW), RecordingQueue()
        self.stripe = Stripe(self.clock)
        self.certify = Certify(storage, self.stripe, self.queue, self.clock)  # type: ignore[arg-type]
        self.settle = SettleDoubts(storage, self.stripe, self.queue, self.clock)  # type: ignore[arg-type]

    async def observe(self, *records: Record) -> None:
        async with self.storage() as work:
            business = await work.businesses.get(self.integration.business_id)
            assert business is not None
            await record_observations(work, business, records)
            await work.commit()

    async def certificate(self) -> Certificate:
        async with self.storage() as work:
            found = await work.certificates.get(self.integration.business_id)
        assert found is not None
        return found

    async def after(self, wait: dt.timedelta) -> int:
        """How many businesses are certified once this has passed."""
        self.clock.time += wait
        return await self.certify.execute()


@pytest.fixture
async def setting() -> Setting:
    storage = MemoryStorage()
    business = await given_business(storage)
    integration = await given_integration(storage, business, phase=ImportPhase.COMPLETE)
    window = ImportWindow(
        integration_id=integration.id,
        kind=BalanceTransaction.kind,
        starts_at=int((NOW - 30 * DAY).timestamp()),
        ends_at=int(NOW.timestamp()),
        phase=ImportPhase.EXTENDING,
        closed=True,
    )
    async with storage() as work:
        await work.windows.add([window])
        await work.commit()
    return Setting(storage, integration)


def a_sale() -> tuple[Charge, BalanceTransaction]:
    return a_charge(created=SALE_AT), a_move("txn_1", "ch_1", SALE_AT)


async def test_a_ledger_that_agrees_is_looked_at_again_when_a_day_is_over(setting: Setting) -> None:
    sale = a_sale()
    setting.stripe.put(*sale)
    await setting.observe(*seen(*sale))
    assert await setting.after(dt.timedelta()) == 1
    certificate = await setting.certificate()
    yesterday = (NOW - DAY).date()
    assert (certificate.state, certificate.complete_through) == (CertificateState.COMPLETE, yesterday)
    assert Job.COMPUTE_METRICS in setting.queue.woken
    assert await setting.after(10 * HOUR) == 0
    # A day counts as over one hour after its end.
    setting.clock.time = dt.datetime.combine(NOW.date() + DAY, dt.time(0, 59), dt.UTC)
    assert await setting.certify.execute() == 0
    assert await setting.after(2 * 60 * SECOND) == 1
    assert (await setting.certificate()).complete_through == NOW.date()


async def test_a_change_of_a_closed_day_is_judged_within_the_hour(setting: Setting) -> None:
    sale = a_sale()
    setting.stripe.put(*sale)
    await setting.observe(*seen(*sale))
    await setting.certify.execute()
    altered = a_charge(created=SALE_AT, amount_minor=777)
    await setting.observe(*seen(altered, at=SALE_AT + 99))
    assert await setting.after(59 * 60 * SECOND) == 0
    assert await setting.after(60 * SECOND) == 1
    # What Stripe has is retrieved, and it decides.
    assert setting.stripe.retrieved == ["ch_1"]
    assert (await setting.certificate()).state is CertificateState.COMPLETE


async def test_what_a_retrieve_does_not_repair_stays_named_and_is_asked_for_less_and_less(setting: Setting) -> None:
    await setting.observe(*seen(a_move("txn_1", "ch_1", SALE_AT)))
    waits = []
    for _ in range(5):
        assert await setting.certify.execute() == 1
        certificate = await setting.certificate()
        (difference,) = certificate.differences
        assert (difference.id, difference.problem, difference.expected_minor) == ("ch_1", Problem.MISSING, 500)
        assert certificate.complete_through == difference.day - DAY
        waits.append(certificate.next_at - setting.clock.time)
        setting.clock.time = certificate.next_at
    assert waits == [HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR, 6 * HOUR]
    assert setting.stripe.retrieved == ["ch_1"] * 5
    setting.stripe.put(*a_sale())
    assert await setting.certify.execute() == 1
    assert (await setting.certificate()).state is CertificateState.COMPLETE


async def test_while_stripe_is_down_the_last_certificate_stands(setting: Setting) -> None:
    sale = a_sale()
    setting.stripe.put(*sale)
    await setting.observe(*seen(*sale))
    await setting.certify.execute()
    before = await setting.certificate()
    setting.stripe.failure = Unavailable("down", dependency="stripe")
    await setting.after(DAY)
    after = await setting.certificate()
    assert msgspec.structs.replace(after, failures=0, next_at=before.next_at) == before
    assert after.next_at == setting.clock.time + HOUR
    setting.stripe.failure = None
    assert await setting.after(HOUR) == 1
    assert (await setting.certificate()).complete_through == NOW.date()


async def test_whoever_dies_in_between_leaves_the_day_open_and_the_business_to_others(setting: Setting) -> None:
    await setting.observe(*seen(a_move("txn_1", "ch_1", SALE_AT)))

    class Killed(BaseException):
        pass

    async def dies(*_: object) -> None:
        raise Killed

    setting.stripe.retrieve = dies  # type: ignore[method-assign, assignment]
    with pytest.raises(BaseException):  # noqa: B017 - as if the process ended
        await setting.certify.execute()
    del setting.stripe.retrieve
    setting.stripe.put(*a_sale())
    assert await setting.after(9 * 60 * SECOND) == 0
    assert await setting.after(60 * SECOND) == 1
    assert (await setting.certificate()).state is CertificateState.COMPLETE


@pytest.mark.parametrize("moment", ["list_page", "retrieve"])
async def test_a_purge_in_between_stays_one(setting: Setting, moment: str) -> None:
    await setting.observe(*seen(a_move("txn_1", "ch_1", SALE_AT)))
    setting.stripe.put(*a_sale())
    ask = getattr(setting.stripe, moment)

    async def purged_meanwhile(*arguments: Any, **options: Any) -> Any:
        async with setting.storage() as work:
            await work.ledger.purge(setting.integration.business_id)
            await work.integrations.remove(setting.integration.business_id)
            await work.commit()
        return await ask(*arguments, **options)

    setattr(setting.stripe, moment, purged_meanwhile)
    await setting.certify.execute()
    async with setting.storage() as work:
        assert await work.certificates.get(setting.integration.business_id) is None
        assert await work.ledger.span(setting.integration.business_id) is None


async def test_what_lies_before_the_import_is_not_judged(setting: Setting) -> None:
    await setting.observe(*seen(a_charge(created=int((NOW - 40 * DAY).timestamp()))))
    await setting.certify.execute()
    assert (await setting.certificate()).state is CertificateState.COMPLETE
    assert setting.stripe.retrieved == []


def in_doubt(**fields: Any) -> Record:
    at = int(NOW.timestamp()) - 60
    return Record(state=a_charge(created=SALE_AT, **fields), observed_at=at, contested=True)


async def test_a_doubt_is_settled_by_what_stripe_has_now(setting: Setting) -> None:
    setting.stripe.put(*a_sale())
    await setting.observe(in_doubt(amount_minor=7))
    assert await setting.settle.execute() == 1
    assert await setting.settle.execute() == 0
    async with setting.storage() as work:
        (charge,) = await work.ledger.charges_of(setting.integration.business_id, [None])  # type: ignore[list-item]
        assert charge == a_sale()[0]
        assert await work.doubts.due(NOW + 99 * DAY, limit=9) == []


async def test_an_object_that_is_gone_ends_the_doubt(setting: Setting) -> None:
    await setting.observe(in_doubt())
    assert await setting.settle.execute() == 1
    setting.clock.time += 99 * DAY
    assert await setting.settle.execute() == 0


@pytest.mark.parametrize("down", [True, False])
async def test_what_cannot_be_settled_is_asked_for_less_and_less(setting: Setting, down: bool) -> None:
    """Whether Stripe cannot be reached, or shows an object that leaves the doubt as it was."""
    setting.stripe.put(*a_sale())
    setting.stripe.contested.add("ch_1")
    setting.stripe.failure = Unavailable("down", dependency="stripe") if down else None
    await setting.observe(in_doubt())
    tries = []
    for second in range(0, 900, 5):
        setting.clock.time = NOW + second * SECOND
        if await setting.settle.execute():
            tries.append(second)
    assert tries == [0, 10, 50, 210, 850]
