import pytest

from vaultra_core.domain.activity import DayActivity
from vaultra_core.domain.ledger import (
    BalanceTransaction,
    ChargeStatus,
    Discount,
    Dispute,
    DisputeStatus,
    LedgerObject,
    Payout,
    PayoutStatus,
    PriceTier,
    Record,
    Refund,
    RefundStatus,
    Subscription,
    SubscriptionItem,
    SubscriptionStatus,
    merge,
)
from vaultra_core.errors import Conflict
from vaultra_core.ports.storage import Change, UnitOfWorkFactory
from vaultra_core.testing.contracts.samples import TODAY, a_business, a_charge, changed, given_business, seen

REFUND = Refund(id="re_1", created=2_000, currency="usd", amount_minor=100, status=RefundStatus.PENDING, charge="ch_1")
DISPUTE = Dispute(
    id="dp_1", created=3_000, currency="usd", amount_minor=500, status=DisputeStatus.UNDER_REVIEW, charge="ch_1"
)
PAYOUT = Payout(
    id="po_1",
    created=4_000,
    currency="usd",
    amount_minor=-400,
    status=PayoutStatus.PAID,
    arrival_date=86_400,
    automatic=False,
    milestones={"paid": 86_000, "in_transit": 5_000},
)
SUBSCRIPTION = Subscription(
    id="sub_1",
    created=5_000,
    currency="usd",
    status=SubscriptionStatus.TRIALING,
    customer="cus_1",
    started_at=5_000,
    trial_end=6_000,
    items=(
        SubscriptionItem(id="si_1", quantity=2, interval="month", interval_count=1, unit_amount="1250.5"),
        SubscriptionItem(
            id="si_2",
            quantity=1,
            interval="year",
            interval_count=1,
            tiers_mode="graduated",
            tiers=(PriceTier(up_to=10, unit_amount="5"), PriceTier(flat_amount="100")),
        ),
    ),
    discounts=(Discount(percent_off="12.5", starts_at=5_000),),
)
RATE = BalanceTransaction(
    id="txn_1",
    created=1_000,
    currency="usd",
    amount_minor=540,
    fee_minor=40,
    net_minor=500,
    available_on=90_000,
    reporting_category="charge",
    exchange_rate="1.08",
    source="ch_1",
)
EVERY_KIND: tuple[LedgerObject, ...] = (a_charge(), REFUND, DISPUTE, PAYOUT, SUBSCRIPTION, RATE)
ALWAYS = (0, 10**10, 0, 10**10)


def by_id(objects: list[LedgerObject]) -> dict[str, LedgerObject]:
    assert len({entry.id for entry in objects}) == len(objects), "an object came twice"
    return {entry.id: entry for entry in objects}


class LedgerContract:
    async def test_new_objects_of_every_kind_are_changes(self, uow: UnitOfWorkFactory) -> None:
        business = await given_business(uow)
        records = seen(*EVERY_KIND)
        async with uow() as work:
            changes = await work.ledger.merge(business.id, records)
            await work.commit()
        assert {change.after.state.id: change for change in changes} == {
            record.state.id: Change(None, record) for record in records
        }
        async with uow() as work:
            assert await work.ledger.merge(business.id, records) == []
            found = await work.ledger.slice(business.id, [ALWAYS])
            assert by_id(found.objects) == by_id([a_charge(), REFUND, DISPUTE, PAYOUT])
            assert await work.ledger.subscriptions(business.id) == [SUBSCRIPTION]

    async def test_a_business_that_is_gone_has_no_ledger(self, uow: UnitOfWorkFactory) -> None:
        async with uow() as work:
            with pytest.raises(Conflict):
                await work.ledger.merge(a_business().id, seen(*EVERY_KIND))

    async def test_a_merge_is_the_cores_merge(self, uow: UnitOfWorkFactory) -> None:
        """Newer wins, older is ignored, milestones are kept from both, a tie that nothing decides is contested."""
        business = await given_business(uow)
        stored = Record(state=a_charge(milestones={"pending": 7}), observed_at=10)
        observations = {
            "newer": Record(state=a_charge(amount_minor=400, milestones={"succeeded": 9}), observed_at=11),
            "older": Record(state=a_charge(amount_minor=300), observed_at=9),
            "tie": Record(state=a_charge(amount_minor=200), observed_at=10),
            "earlier milestone": Record(state=a_charge(milestones={"pending": 6}), observed_at=10),
        }
        for name, observed in observations.items():
            expected = merge(stored, observed)
            async with uow() as work:
                await work.ledger.merge(business.id, [stored])
                changes = await work.ledger.merge(business.id, [observed])
                assert changes == ([] if expected == stored else [Change(stored, expected)]), name

    async def test_seen_again_later_is_no_change_but_wins_over_older_news(self, uow: UnitOfWorkFactory) -> None:
        business = await given_business(uow)
        async with uow() as work:
            await work.ledger.merge(business.id, seen(a_charge(), at=10))
            assert await work.ledger.merge(business.id, seen(a_charge(), at=20)) == []
            assert await work.ledger.merge(business.id, seen(a_charge(amount_minor=1), at=15)) == []
            (change,) = await work.ledger.merge(business.id, seen(a_charge(amount_minor=2), at=25))
            assert change.before == Record(state=a_charge(), observed_at=20)

    async def test_observations_of_one_object_in_one_batch_are_merged(self, uow: UnitOfWorkFactory) -> None:
        business = await given_business(uow)
        old, new = seen(a_charge(amount_minor=1), at=10), seen(a_charge(amount_minor=2), at=11)
        async with uow() as work:
            assert await work.ledger.merge(business.id, [*new, *old, *new]) == [Change(None, new[0])]
            assert await work.ledger.merge(business.id, []) == []

    async def test_the_same_ids_in_two_businesses_do_not_touch(self, uow: UnitOfWorkFactory) -> None:
        one, other = await given_business(uow), await given_business(uow)
        async with uow() as work:
            await work.ledger.merge(one.id, seen(*EVERY_KIND))
            await work.activity.replace(one.id, [TODAY], [DayActivity(day=TODAY, gross_minor=1)])
            await work.activity.mark_dirty(one.id, [TODAY])
            await work.commit()
        async with uow() as work:
            assert await work.ledger.span(other.id) is None
            assert (await work.ledger.slice(other.id, [ALWAYS])).objects == []
            assert await work.ledger.subscriptions(other.id) == []
            assert await work.ledger.charges_of(other.id, ["txn_1"]) == []
            assert await work.ledger.dependent_times(other.id, ["ch_1"]) == []
            assert await work.activity.history(other.id) == []
            assert await work.activity.day(other.id, TODAY) is None
            assert await work.activity.take_dirty(other.id, limit=9) == []
            (change,) = await work.ledger.merge(other.id, seen(a_charge(amount_minor=9)))
            assert change.before is None
            await work.ledger.merge(other.id, seen(a_charge(amount_minor=8), at=2_000))
            assert by_id((await work.ledger.slice(one.id, [ALWAYS])).objects)["ch_1"] == a_charge()
            await work.ledger.purge(other.id)
            await work.commit()
        async with uow() as work:
            assert by_id((await work.ledger.slice(one.id, [ALWAYS])).objects)["ch_1"] == a_charge()
            assert await work.activity.history(one.id) == [DayActivity(day=TODAY, gross_minor=1)]
            assert await work.activity.take_dirty(one.id, limit=9) == [TODAY]

    async def test_a_slice_has_its_days_and_what_their_amounts_depend_on(self, uow: UnitOfWorkFactory) -> None:
        business = await given_business(uow, currency="usd")
        euro = a_charge("ch_1", currency="eur", balance_transaction="txn_1", customer="cus_1")
        dollar = a_charge("ch_2", created=1_999, balance_transaction="txn_2", customer="cus_1")
        outside = a_charge("ch_3", created=2_101, customer="cus_1")
        second_rate = changed(RATE, id="txn_2", exchange_rate=None)
        refund = changed(REFUND, currency="eur")
        async with uow() as work:
            objects = (euro, dollar, outside, RATE, second_rate, refund, DISPUTE, PAYOUT)
            await work.ledger.merge(business.id, seen(*objects))
            found = await work.ledger.slice(business.id, [(1_999, 2_100, 0, 1)])
            assert by_id(found.objects) == by_id([dollar, refund, euro, RATE])
            assert found.first_charges == {"cus_1": 1_000}
            returned = await work.ledger.slice(business.id, [(1_999, 2_100, 0, 1)], only=Refund)
            assert by_id(returned.objects) == by_id([refund, euro]) and returned.first_charges == {}
            sold = await work.ledger.slice(business.id, [(1_999, 2_100, 0, 1)], only=type(dollar))
            assert sold.objects == [dollar] and sold.first_charges == {"cus_1": 1_000}
            paid = await work.ledger.slice(business.id, [(0, 0, 86_400, 172_800)])
            assert paid.objects == [PAYOUT]
            # Stretches that touch or overlap bring each object once; the end of a stretch is not part of it.
            both = await work.ledger.slice(business.id, [(1_000, 1_999, 0, 1), (1_000, 2_000, 0, 1)])
            assert by_id(both.objects) == by_id([euro, dollar, RATE])

    async def test_a_customers_first_charge_is_the_first_sale(self, uow: UnitOfWorkFactory) -> None:
        business = await given_business(uow)
        charges = [
            a_charge("ch_1", created=1, customer="cus_1", status=ChargeStatus.FAILED),
            a_charge("ch_2", created=2, customer="cus_1", captured=False),
            a_charge("ch_3", created=3, customer="cus_1"),
            a_charge("ch_4", created=4, customer="cus_1"),
            a_charge("ch_5", created=4, customer="cus_2"),
            a_charge("ch_6", created=5),
        ]
        async with uow() as work:
            await work.ledger.merge(business.id, seen(*charges))
            assert await work.ledger.first_charges(business.id, {"cus_1": 4, "cus_3": 4}) == {"cus_1": 3}
            assert await work.ledger.first_charges(business.id, {"cus_1": 5, "cus_2": 1}) == {"cus_2": 4}
            assert await work.ledger.first_charges(business.id, {}) == {}
            spans = [("cus_1", 3, 4), ("cus_2", 0, 3), ("cus_2", 3, 9)]
            assert sorted(await work.ledger.charge_times(business.id, spans)) == [4, 4]

    async def test_what_hangs_on_a_charge_or_a_rate_is_found(self, uow: UnitOfWorkFactory) -> None:
        business = await given_business(uow)
        settled = a_charge(balance_transaction="txn_1")
        async with uow() as work:
            await work.ledger.merge(business.id, seen(settled, a_charge("ch_2"), REFUND, DISPUTE))
            assert sorted(await work.ledger.dependent_times(business.id, ["ch_1", "ch_2"])) == [2_000, 3_000]
            assert await work.ledger.charges_of(business.id, ["txn_1", "txn_2"]) == [settled]

    async def test_the_span_reaches_from_the_first_to_the_last_day(self, uow: UnitOfWorkFactory) -> None:
        business = await given_business(uow)
        async with uow() as work:
            assert await work.ledger.span(business.id) is None
            await work.ledger.merge(business.id, seen(REFUND, DISPUTE, PAYOUT, SUBSCRIPTION))
            assert await work.ledger.span(business.id) == (2_000, 86_400)

    async def test_a_purge_leaves_nothing_that_was_imported(self, uow: UnitOfWorkFactory) -> None:
        business = await given_business(uow)
        async with uow() as work:
            computation = await work.computations.lock(business.id)
            await work.ledger.merge(business.id, seen(*EVERY_KIND))
            await work.activity.replace(business.id, [TODAY], [DayActivity(day=TODAY)])
            await work.activity.mark_dirty(business.id, [TODAY])
            await work.computations.save(changed(computation, metrics_as_of=TODAY, recommendations_due=True))
            await work.ledger.purge(business.id)
            await work.commit()
        async with uow() as work:
            assert (await work.ledger.slice(business.id, [ALWAYS])).objects == []
            assert await work.ledger.subscriptions(business.id) == []
            assert await work.activity.history(business.id) == []
            assert await work.activity.take_dirty(business.id, limit=9) == []
            assert await work.computations.get(business.id) == computation
            assert await work.businesses.get(business.id) == business
