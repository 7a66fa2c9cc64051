"""Faults that are planted to prove that the oracle sees them: what a wrong product would do, done to the right one."""

import asyncio
import itertools
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Final

import asyncpg
import msgspec
from sqlalchemy import text

from crash.boundaries import POSTGRES, die, patch

Method = Callable[..., Awaitable[Any]]
STORE: Final = f"{POSTGRES}.event_acceptor:PostgresEventAcceptor._insert"
COMMIT: Final = f"{POSTGRES}.unit_of_work:PostgresUnitOfWork.commit"
CLAIM: Final = f"{POSTGRES}.inbox:PostgresInbox.claim"
LEDGER: Final = f"{POSTGRES}.ledger:PostgresLedger"
ACTIVITY: Final = f"{POSTGRES}.activity:PostgresActivity"
SCORES: Final = f"{POSTGRES}.scores:PostgresScores.save"
WINDOWS: Final = f"{POSTGRES}.integrations:PostgresImportWindows.save"
LIST_PAGE: Final = "vaultra_adapters.stripe.provider:StripeProvider.list_page"


class Fault(msgspec.Struct, frozen=True):
    """What is done wrong, what of it the oracle must see, in which command of `vaultra`, and how."""

    what: str
    seen_as: str
    command: str
    plant: Callable[[Path], None]


def plant(name: str, command: str, folder: Path) -> None:
    """Do it wrong in this process, if it is one that this fault concerns. `folder` is the same for all of them."""
    fault = FAULTS[name]
    if fault.command == command:
        fault.plant(folder)


def _skip(path: str, *, one_in: int, answer: Any) -> Callable[[Path], None]:
    """Every so many calls are not made, and are said to have been."""

    def wrapper(method: Method) -> Method:
        calls = 0

        async def wrapped(*arguments: Any, **named: Any) -> Any:
            nonlocal calls
            calls += 1
            return answer if calls % one_in == 0 else await method(*arguments, **named)

        return wrapped

    return lambda _folder: patch(path, wrapper)


def _replace(path: str, wrapper: Callable[[Any], Any]) -> Callable[[Path], None]:
    return lambda _folder: patch(path, wrapper)


def _first(folder: Path, name: str) -> bool:
    """Whether this is the first time that any process asks."""
    try:
        (folder / name).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _skip_commit(folder: Path) -> None:
    """Of a transaction that stores pages of an import: what is only derived from the tables would be done again."""
    storing = False

    def note(save: Method) -> Method:
        async def wrapped(self: Any, window: Any) -> None:
            nonlocal storing
            storing = storing or (window.kind == "charge" and window.objects > 0)
            await save(self, window)

        return wrapped

    def skip(commit: Method) -> Method:
        async def wrapped(self: Any, **named: Any) -> None:
            nonlocal storing
            was, storing = storing, False
            if not (was and _first(folder, "skipped")):
                await commit(self, **named)

        return wrapped

    patch(WINDOWS, note)
    patch(COMMIT, skip)


def _answer_before_commit(folder: Path) -> None:
    def wrapper(store: Method) -> Method:
        coming: set[asyncio.Task[Any]] = set()
        turn = asyncio.Lock()  # there is one connection
        answered = 0

        async def later(self: Any, events: Sequence[Any]) -> None:
            await asyncio.sleep(0.5)
            async with turn:
                await store(self, events)

        async def wrapped(self: Any, events: Sequence[Any]) -> None:
            nonlocal answered
            before, answered = answered, answered + len(events)
            task = asyncio.create_task(later(self, events))
            coming.add(task)
            task.add_done_callback(coming.discard)
            if before < 100 <= answered and _first(folder, "answered"):
                asyncio.get_running_loop().call_later(0.2, die)

        return wrapped

    patch(STORE, wrapper)


def _store_only(wanted: Callable[[Any], bool]) -> Callable[[Path], None]:
    """Of the webhooks that come; all are answered."""

    def wrapper(store: Method) -> Method:
        async def wrapped(self: Any, events: Sequence[Any]) -> None:
            if kept := [event for event in events if wanted(event)]:
                await store(self, kept)

        return wrapped

    return lambda _folder: patch(STORE, wrapper)


def _all_but_one_in_forty() -> Callable[[Any], bool]:
    count = itertools.count(1)
    return lambda _event: next(count) % 40 != 0


def _first_of_its_object() -> Callable[[Any], bool]:
    seen = set[str]()

    def first(event: Any) -> bool:
        shown = msgspec.json.decode(event.payload)["data"]["object"]["id"]
        new = shown not in seen
        seen.add(shown)
        return new

    return first


def _leave_behind(claim: Method) -> Method:
    async def wrapped(self: Any, *arguments: Any, **named: Any) -> Any:
        return [e for e in await claim(self, *arguments, **named) if not e.stripe_event_id.endswith("77")]

    return wrapped


def _merge_twice(merge: Method) -> Method:
    def again(record: Any) -> Any:
        state = record.state
        return msgspec.structs.replace(record, state=msgspec.structs.replace(state, id=f"{state.id}_again"))

    async def wrapped(self: Any, business: Any, records: Sequence[Any]) -> Any:
        doubled = [again(record) for record in records if record.state.kind == "refund" and record.state.id[-1] == "3"]
        return await merge(self, business, [*records, *doubled])

    return wrapped


def _last_write_wins(_merge: Any) -> Callable[[Any, Any], Any]:
    def wrapped(left: Any, right: Any) -> Any:
        names = left.state.milestones.keys() | right.state.milestones.keys()
        both = {n: min(s.state.milestones[n] for s in (left, right) if n in s.state.milestones) for n in names}
        return msgspec.structs.replace(right, state=msgspec.structs.replace(right.state, milestones=both))

    return wrapped


def _forget_milestones(merge: Any) -> Callable[[Any, Any], Any]:
    def wrapped(left: Any, right: Any) -> Any:
        merged = merge(left, right)
        winner = left if left.version > right.version else right
        return msgspec.structs.replace(
            merged, state=msgspec.structs.replace(merged.state, milestones=winner.state.milestones)
        )

    return wrapped


def _drop_pages(list_page: Method) -> Method:
    async def wrapped(self: Any, account: str, kind: str, **named: Any) -> Any:
        page = await list_page(self, account, kind, **named)
        dropped = kind == "charge" and named["cursor"] is not None
        return msgspec.structs.replace(page, records=()) if dropped else page

    return wrapped


def _checkpoint_first(folder: Path) -> None:
    def wrapper(save: Method) -> Method:
        saved = 0

        async def wrapped(self: Any, window: Any) -> None:
            nonlocal saved
            query = """UPDATE import_windows SET cursor = $1, read_back_to = $2, objects = $3, closed = $4
                       WHERE integration_id = $5 AND kind = $6 AND starts_at = $7"""
            state = window.cursor, window.read_back_to, window.objects, window.closed
            await _aside("execute", query, *state, window.integration_id, window.kind, window.starts_at)
            saved += 1
            if saved >= 3 and window.kind == "charge" and _first(folder, "checkpointed"):
                die()
            await save(self, window)

        return wrapped

    patch(WINDOWS, wrapper)


def _take_marks_first(folder: Path) -> None:
    def wrapper(_take: Method) -> Method:
        async def wrapped(self: Any, business: Any, *, limit: int) -> Any:
            query = """DELETE FROM dirty_days WHERE business_id = $1 AND day IN
                       (SELECT day FROM dirty_days WHERE business_id = $1 ORDER BY day DESC LIMIT $2) RETURNING day"""
            days = [row["day"] for row in await _aside("fetch", query, business, limit)]
            if days and _first(folder, "taken"):
                die()
            return sorted(days, reverse=True)

        return wrapped

    patch(f"{ACTIVITY}.take_dirty", wrapper)


async def _aside(method: str, query: str, *arguments: Any) -> Any:
    """Run a statement in a transaction of its own."""
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    try:
        return await getattr(connection, method)(query, *arguments)
    finally:
        await connection.close()


def _lose_marks(mark: Method) -> Method:
    async def wrapped(self: Any, business: Any, days: Any) -> None:
        await mark(self, business, [day for day in days if day.toordinal() % 7])

    return wrapped


TWICE: Final = """
    UPDATE daily_activity SET charge_count = 2 * charge_count, gross_minor = 2 * gross_minor
    WHERE business_id = :business AND day = ANY(CAST(:days AS date[]))"""


def _fold_twice(fold: Method) -> Method:
    async def wrapped(self: Any, business: Any, days: Any) -> None:
        await fold(self, business, days)
        some = [day for day in days if day.toordinal() % 7 == 0]
        await self._connection.execute(text(TWICE), {"business": business.id, "days": some})

    return wrapped


FAULTS: Final = {
    "skip-commit": Fault(
        "a commit of an import's pages is not made", "ledger, charge: missing", "worker", _skip_commit
    ),
    "answer-unstored": Fault(
        "some webhooks are answered and not stored",
        "inbox: acknowledged and lost",
        "serve",
        _store_only(_all_but_one_in_forty()),
    ),
    "answer-early": Fault(
        "webhooks are answered before the commit, then a kill",
        "inbox: acknowledged and lost",
        "serve",
        _answer_before_commit,
    ),
    "dedupe-by-object": Fault(
        "an event is taken for a repetition by its object's id",
        "inbox: acknowledged and lost",
        "serve",
        _store_only(_first_of_its_object()),
    ),
    "leave-behind": Fault(
        "some events are claimed and forgotten", "inbox: not applied", "worker", _replace(CLAIM, _leave_behind)
    ),
    "apply-twice": Fault(
        "some refunds come into the ledger a second time",
        "ledger, refund: too many",
        "worker",
        _replace(f"{LEDGER}.merge", _merge_twice),
    ),
    "apply-nothing": Fault(
        "some batches are marked applied without being merged",
        "ledger, charge: missing",
        "worker",
        _skip(f"{LEDGER}.merge", one_in=5, answer=[]),
    ),
    "last-write-wins": Fault(
        "the state that arrives last wins",
        "ledger, dispute: different",
        "worker",
        _replace(f"{POSTGRES}.ledger:merge", _last_write_wins),
    ),
    "lose-milestones": Fault(
        "only the winner's milestones are kept",
        "ledger, dispute: different",
        "worker",
        _replace(f"{POSTGRES}.ledger:merge", _forget_milestones),
    ),
    "lose-dirty-marks": Fault(
        "some days are not marked", "days: ", "worker", _replace(f"{ACTIVITY}.mark_dirty", _lose_marks)
    ),
    "take-marks-early": Fault(
        "marks are taken before the fold is committed, then a kill", "days: ", "worker", _take_marks_first
    ),
    "fold-twice": Fault(
        "some days are added up twice", "days: different", "worker", _replace(f"{ACTIVITY}.fold", _fold_twice)
    ),
    "no-first-charge": Fault(
        "nobody looks for a customer's first charge",
        "days: different",
        "worker",
        _skip(f"{LEDGER}.first_charges", one_in=1, answer={}),
    ),
    "drop-pages": Fault(
        "pages of an import are dropped and their window closed",
        "ledger, charge: missing",
        "worker",
        _replace(LIST_PAGE, _drop_pages),
    ),
    "checkpoint-early": Fault(
        "the checkpoint is committed before its page, then a kill",
        "ledger, charge: missing",
        "worker",
        _checkpoint_first,
    ),
    "lose-scores": Fault(
        "some scores are not saved", "recomputed, readiness_scores", "worker", _skip(SCORES, one_in=2, answer=0)
    ),
}
