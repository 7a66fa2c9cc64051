"""Whatever the order, the route, the repetitions and the losses that are made good: the same figures to the byte."""

import datetime as dt
import itertools
import random
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from support.businesses import DAY, END, LIVES, Life, Shown, life
from support.database import CLEAN
from vaultra_adapters.postgres.tables import LEDGER
from vaultra_adapters.postgres.unit_of_work import PostgresUnitOfWork
from vaultra_core.domain.accounts import Business, ImportPhase
from vaultra_core.domain.ledger import LedgerObject, Record
from vaultra_core.domain.readiness.rulebook import DEFAULT_RULEBOOK, RULEBOOKS
from vaultra_core.domain.stripe_objects import MinimalEvent, minimal_event, observe, observe_event
from vaultra_core.identity import new_id
from vaultra_core.ports.runtime import Job
from vaultra_core.ports.storage import StripeEvent, UnitOfWorkFactory
from vaultra_core.testing.contracts.samples import a_business, an_integration
from vaultra_core.testing.storage import MemoryStorage
from vaultra_core.use_cases.apply_events import ApplyEvents
from vaultra_core.use_cases.bring_up_to_date import BringUpToDate
from vaultra_core.use_cases.compute_metrics import ComputeMetrics
from vaultra_core.use_cases.fold_days import FoldDays
from vaultra_core.use_cases.record_observations import record_observations

Event = dict[str, Any]
# What can happen: events come by webhook or list into the inbox; a page or a retrieved object is recorded at once;
# an event can also be read again after the inbox has forgotten it; and at any time somebody computes.
Arrival = Event | Shown | None


# Shrinking would take minutes; the knobs of a plan are few enough to read.
PHASES = (Phase.explicit, Phase.generate)


class StillClock:
    def now(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(END + DAY, dt.UTC)


class NoQueue:
    def wake(self, job: Job) -> None:
        pass

    async def ping(self) -> None:
        pass


class Plan(msgspec.Struct, frozen=True):
    """One example, in knobs that shrink: which business, what was seen of it, and how the telling is garbled."""

    business: str
    grid: int  # seconds: moments are cut to this, so that a coarse one makes ties
    pages: tuple[tuple[int, float], ...]  # of which steps a share of the list pages (in single objects) was seen
    dropped: float  # the share of events that come only at the end
    repeated: float
    swaps: float  # 0 leaves the order, 1 is any order
    batches: int
    seed: int


PLANS = st.builds(
    Plan,
    business=st.sampled_from(sorted(LIVES)),
    grid=st.sampled_from([1, 1, 3_600, DAY]),
    pages=st.lists(st.tuples(st.integers(1, 3), st.sampled_from([0.05, 0.5, 1.0])), max_size=2).map(tuple),
    dropped=st.sampled_from([0.0, 0.1, 0.5]),
    repeated=st.sampled_from([0.0, 0.3]),
    swaps=st.sampled_from([0.0, 0.1, 1.0]),
    batches=st.integers(1, 12),
    seed=st.integers(0, 2**16),
)


def seen(plan: Plan, known: Life) -> list[Arrival]:
    """All observations of an example in the order in which Stripe made them."""
    rng = random.Random(f"seen {plan.seed}")
    arrivals: list[Arrival] = [*known.lists[0], *({**event, "created": cut(event, plan)} for event in known.events)]
    for step, share in plan.pages:
        objects = [(page.at, one) for page in known.lists[step] for one in page.objects]
        picked = rng.sample(objects, round(len(objects) * share))
        arrivals += [Shown(at - at % plan.grid, (one,)) for at, one in picked]
    return sorted(arrivals, key=moment)


def cut(event: Event, plan: Plan) -> int:
    created: int = event["created"]
    return created - created % plan.grid


def moment(arrival: Arrival) -> int:
    return arrival.at if isinstance(arrival, Shown) else arrival["created"] if arrival else 0


def garbled(plan: Plan, arrivals: Sequence[Arrival]) -> list[list[Arrival]]:
    """The same observations as the world may bring them: late, twice, in another order, with computing in between."""
    rng = random.Random(f"garbled {plan.seed}")
    late: list[Arrival] = [one for one in arrivals if isinstance(one, dict) and rng.random() < plan.dropped]
    told = [one for one in arrivals if one not in late] if late else list(arrivals)
    told += rng.sample(told, round(len(told) * plan.repeated))
    if plan.swaps == 1:
        rng.shuffle(told)
    else:
        told.sort(key=lambda one: moment(one) + (rng.randrange(20 * DAY) if rng.random() < plan.swaps else 0))
    rng.shuffle(late)
    cuts = sorted(rng.randrange(len(told) + 1) for _ in range(plan.batches - 1))
    pieces = [told[start:end] for start, end in zip([0, *cuts], [*cuts, len(told)], strict=True)]
    return [[*piece, None] if rng.random() < 0.5 else piece for piece in pieces] + [late]


class Books:
    """A business in some storage, told observations."""

    def __init__(self, uow: UnitOfWorkFactory, known: Life) -> None:
        self.uow = uow
        self.business: Business = a_business(currency=known.currency, timezone=known.timezone)
        self._account = known.account
        self._received: set[str] = set()
        self._apply = ApplyEvents(uow, NoQueue(), StillClock())
        bring = BringUpToDate(uow, StillClock(), rulebook=DEFAULT_RULEBOOK)
        self._compute = ComputeMetrics(uow, StillClock(), FoldDays(uow), bring)

    async def open(self) -> None:
        async with self.uow() as work:
            await work.businesses.add(self.business)
            account = {"external_id": self._account, "phase": ImportPhase.COMPLETE}
            await work.integrations.add(an_integration(self.business.id, **account))
            await work.commit()

    async def tell(self, batches: Iterable[Iterable[Arrival]]) -> None:
        for batch in batches:
            # What comes one after the other by the same way comes in one transaction, as it does in the product.
            for way, arrivals in itertools.groupby(batch, key=type):
                if way is dict:
                    await self._receive([one for one in arrivals if isinstance(one, dict)])
                elif way is Shown:
                    pages = [one for one in arrivals if isinstance(one, Shown)]
                    seen = [observe(one, page.at).records for page in pages for one in page.objects]
                    await self._record([record for records in seen for record in records])
                else:
                    await self.compute()
            await self._apply.execute()
        await self.compute()

    async def compute(self) -> None:
        await self._compute.compute([self.business.id])

    async def _receive(self, raws: Sequence[Event]) -> None:
        events = [minimal_event(msgspec.json.encode({**raw, "account": self._account})) for raw in raws]
        now = StillClock().now()
        async with self.uow() as work:
            await work.inbox.accept([to_inbox(event, now) for event in events])
            await work.commit()
        known = [event for event in events if event.id in self._received]
        self._received |= {event.id for event in events}
        # What the inbox knows comes also by a way on which nobody remembers.
        await self._record([record for event in known for record in observe_event(event.payload)])

    async def _record(self, records: Sequence[Record]) -> None:
        async with self.uow() as work:
            await record_observations(work, self.business, records)
            await work.commit()

    async def figures(self) -> dict[str, bytes]:
        """Days, snapshots and scores as bytes."""
        async with self.uow() as work:
            days = await work.activity.history(self.business.id)
            snapshots = await work.snapshots.between(self.business.id, dt.date.min, dt.date.max)
            scores = [
                [stored.assessment for stored in await work.scores.history(self.business.id, rulebook, limit=1000)]
                for rulebook in RULEBOOKS
            ]
        assert days
        assert snapshots
        assert all(scores)
        return {"days": encoded(days), "metrics": encoded(snapshots), "scores": encoded(scores)}


def to_inbox(event: MinimalEvent, now: dt.datetime) -> StripeEvent:
    return StripeEvent(
        id=new_id(),
        stripe_event_id=event.id,
        account=event.account,
        event_type=event.type,
        livemode=event.livemode,
        payload=event.payload,
        created_at=now,
    )


def encoded(value: Any) -> bytes:
    return msgspec.json.encode(value, order="deterministic")


# Opens empty storage, which holds one business; the second function reads its ledger, with moments and contests.
Rows = Callable[[], Coroutine[Any, Any, list[Any]]]
Fresh = Callable[[], Coroutine[Any, Any, tuple[UnitOfWorkFactory, Rows]]]


async def differences(plan: Plan, fresh: Fresh) -> list[str]:
    """What a garbled telling leaves behind that a straight one does not, and the other way round."""
    known = life(plan.business)
    arrivals = seen(plan, known)
    results = []
    for telling in ([arrivals], garbled(plan, arrivals)):
        uow, ledger = await fresh()
        books = Books(uow, known)
        await books.open()
        await books.tell(telling)
        results.append({"ledger": encoded(await ledger()), **await books.figures()})
    straight, other = results
    return [part for part in straight if straight[part] != other[part]]


async def in_memory() -> tuple[UnitOfWorkFactory, Rows]:
    storage = MemoryStorage()

    async def ledger() -> list[Any]:
        records = storage._committed.tables["ledger"].values()
        return sorted(records, key=lambda record: (record.state.kind, record.state.id))

    return storage, ledger


@settings(max_examples=20, deadline=None, phases=PHASES)
@given(plan=PLANS)
async def test_any_telling_of_a_business_ends_in_the_same_figures(plan: Plan) -> None:
    assert await differences(plan, in_memory) == []


@settings(max_examples=4, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=PLANS)
async def test_so_it_is_in_postgresql(engine: AsyncEngine, plan: Plan) -> None:
    async def in_postgresql() -> tuple[UnitOfWorkFactory, Rows]:
        async with engine.begin() as connection:
            await connection.execute(text(CLEAN))

        async def ledger() -> list[Any]:
            async with engine.connect() as connection:
                queries = (f"SELECT to_jsonb(t) - 'business_id' FROM {t.name} t ORDER BY id" for t in LEDGER.values())
                return [list(await connection.scalars(text(query))) for query in queries]

        return lambda: PostgresUnitOfWork(engine), ledger

    assert await differences(plan, in_postgresql) == []


@settings(max_examples=6, deadline=None, phases=PHASES)
@given(business=st.sampled_from(sorted(LIVES)), lost=st.sampled_from([0.1, 0.5, 1.0]), seed=st.integers(0, 2**16))
async def test_lists_make_good_what_no_event_tells_any_more(business: str, lost: float, seed: int) -> None:
    """Lost for good are only the moments that events alone know: when a status began. They date recurring revenue."""
    known = life(business)
    rng = random.Random(seed)
    whole: list[Arrival] = [*known.lists[0], *known.events, None, *known.lists[-1]]
    lossy = [one for one in whole if not (isinstance(one, dict) and rng.random() < lost)]
    ledgers, days, scores = [], [], []
    for telling in (whole, lossy):
        uow, ledger = await in_memory()
        books = Books(uow, known)
        await books.open()
        await books.tell([telling])
        figures = await books.figures()
        days.append(figures["days"])
        scores.append(figures["scores"])
        ledgers.append([msgspec.structs.replace(record, state=without_milestones(record)) for record in await ledger()])
    assert ledgers[0] == ledgers[1]
    assert days[0] == days[1]
    assert scores[0] == scores[1]


def without_milestones(record: Record) -> LedgerObject:
    return msgspec.structs.replace(record.state, milestones={})
