"""A business in memory with everything computed, for tests of what is asked about it."""

import datetime as dt
import functools
from typing import Any

import msgspec

from support.histories import at, charge, dispute, payout, refund
from vaultra_core import RULEBOOKS, fold, metrics, recommend, replay
from vaultra_core.agent.registry import ToolRegistry
from vaultra_core.agent.toolbox import every_tool
from vaultra_core.agent.tools.knowledge import Knowledge, NoKnowledge
from vaultra_core.domain.accounts import Business, ImportPhase, Industry
from vaultra_core.domain.activity import History
from vaultra_core.domain.ledger import LedgerObject, PayoutStatus
from vaultra_core.domain.recommendations.lifecycle import reconcile
from vaultra_core.identity import Caller, Role, new_id
from vaultra_core.ports.storage import Computation
from vaultra_core.testing.contracts.samples import a_user, changed, given_business, given_integration, seen
from vaultra_core.testing.storage import MemoryStorage
from vaultra_core.use_cases.assume_changes import AssumeChanges
from vaultra_core.use_cases.explain_score_change import ExplainScoreChange
from vaultra_core.use_cases.find_path import FindPath
from vaultra_core.use_cases.get_business import GetBusiness
from vaultra_core.use_cases.get_connection import GetConnection
from vaultra_core.use_cases.get_metrics import GetMetrics
from vaultra_core.use_cases.get_readiness import GetReadiness
from vaultra_core.use_cases.list_recommendations import ListRecommendations
from vaultra_core.use_cases.look_ahead import LookAhead
from vaultra_core.use_cases.resolve_evidence import ResolveEvidence

AS_OF = dt.date(2026, 10, 31)
NOW = dt.datetime(2026, 11, 1, 9, tzinfo=dt.UTC)
RULEBOOK = "lender-2"


class FixedClock:
    def now(self) -> dt.datetime:
        return NOW


@functools.cache
def shop_objects(days: int = 280) -> tuple[LedgerObject, ...]:
    """A shop that grows a little, with chargebacks of late, some refunds, and payouts that fail now and then."""
    objects: list[LedgerObject] = []
    for age in range(days):
        day = AS_OF - dt.timedelta(days=days - 1 - age)
        for sale in range(4 + age % 3):
            number, amount = age * 10 + sale, 5_200 + 13 * age + 170 * sale
            objects.append(charge(number, at(day, 9 + sale), amount, customer=f"cus_{(age * 7 + sale) % 40}"))
        if age % 9 == 4:
            objects.append(refund(age, at(day, 18), 3_000, charge=f"ch_{age * 10}"))
        if age > days - 110 and age % 11 == 3:
            objects.append(dispute(age, at(day, 19), 5_200 + 13 * age, charge=f"ch_{age * 10}"))
        if age % 7 == 6:
            status = PayoutStatus.FAILED if age % 35 == 6 else PayoutStatus.PAID
            objects.append(payout(age, day.isoformat(), 180_000, status=status))
    return tuple(objects)


@functools.cache
def shop_history() -> History:
    return fold(shop_objects(), currency="usd", timezone="UTC")


class Owner(msgspec.Struct, frozen=True):
    """Somebody with a business, and the storage that it is in."""

    storage: MemoryStorage
    caller: Caller
    business: Business


async def an_owner(storage: MemoryStorage | None = None, *, with_data: bool = True, **fields: Any) -> Owner:
    """A business that has connected Stripe, with 280 days of data, their scores and recommendations; or none of it."""
    storage = storage or MemoryStorage()
    user = a_user()
    known = {"industry": Industry.RETAIL, "revenue_estimate": 25_000_000, "name": "Corner Café", **fields}
    business = await given_business(storage, **known)
    async with storage() as work:
        await work.users.add(user)
        await work.businesses.add_member(business.id, user.id, Role.OWNER)
        await work.commit()
    caller = Caller(user_id=user.id, business_id=business.id, role=Role.OWNER)
    if with_data:
        await _with_data(storage, business)
    return Owner(storage, caller, business)


async def _with_data(storage: MemoryStorage, business: Business) -> None:
    integration = await given_integration(storage, business, phase=ImportPhase.COMPLETE)
    history = shop_history()
    first = history.first_day
    assert first is not None
    async with storage() as work:
        await work.integrations.save(changed(integration, import_finished_at=NOW, last_synced_at=NOW))
        await work.ledger.merge(business.id, seen(*shop_objects()))
        await work.activity.replace(business.id, [], history.days)
        span = [AS_OF - dt.timedelta(days=ago) for ago in range(70)]
        await work.snapshots.save({business.id: [metrics(history, day) for day in span]}, NOW)
        for rulebook in RULEBOOKS:
            scores = replay(history, AS_OF - dt.timedelta(days=60), AS_OF, rulebook)
            await work.scores.save({business.id: scores}, NOW)
        added, _ = reconcile(business.id, [], recommend(history, AS_OF, RULEBOOK), NOW)
        await work.recommendations.put(added)
        await work.computations.save(Computation(business_id=business.id, metrics_as_of=AS_OF, readiness_as_of=AS_OF))
        await work.commit()


def tools_over(storage: MemoryStorage, knowledge: Knowledge | None = None, rulebook: str = RULEBOOK) -> ToolRegistry:
    """Every tool, over storage in memory."""
    return every_tool(
        GetReadiness(storage, rulebook=rulebook),
        ListRecommendations(storage),
        GetMetrics(storage, FixedClock()),
        GetBusiness(storage),
        GetConnection(storage),
        knowledge or NoKnowledge(),
        AssumeChanges(storage, rulebook=rulebook),
        FindPath(storage, rulebook=rulebook),
        LookAhead(storage, rulebook=rulebook),
        ExplainScoreChange(storage, rulebook=rulebook),
        ResolveEvidence(storage, rulebook=rulebook),
    )


def someone_else(caller: Caller) -> Caller:
    return Caller(user_id=new_id(), business_id=new_id(), role=caller.role)
