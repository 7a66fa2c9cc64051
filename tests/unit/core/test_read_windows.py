"""Windows are read in parallel and in parts, every object once, and no checkpoint runs ahead of what is stored."""

import asyncio
import itertools
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vaultra_core.domain.accounts import ImportPhase, ImportWindow
from vaultra_core.domain.ledger import Record
from vaultra_core.errors import Unavailable
from vaultra_core.ports.payments import Page
from vaultra_core.testing.contracts.samples import a_charge
from vaultra_core.use_cases.read_windows import PAGES_AHEAD, PAGES_TOGETHER, READERS, ReadWindows, Step

PAGE = 5


class Platform:
    """Charges at given moments, five a page, newest first; raises after `calls` pages."""

    def __init__(self, moments: Sequence[int], *, calls: int | None = None, delay: float = 0) -> None:
        self.charges = sorted((moment, number) for number, moment in enumerate(moments))
        self.calls_left = calls
        self.delay = delay
        self.asked = self.busy = self.busiest = 0

    async def list_page(
        self, external_id: str, kind: str, *, starts_at: int, ends_at: int, cursor: str | None, expand: bool = True
    ) -> Page:
        assert (external_id, kind) == ("acct_1", "charge")
        self.asked += 1
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        await asyncio.sleep(self.delay)
        self.busy -= 1
        if self.calls_left is not None:
            self.calls_left -= 1
            if self.calls_left < 0:
                raise Unavailable("Stripe cannot be reached.", dependency="stripe")
        low = bisect_left(self.charges, (starts_at, -1))
        high = bisect_left(self.charges, (ends_at, -1))
        if cursor is not None:
            high = min(high, next(i for i, (_, number) in enumerate(self.charges) if f"ch_{number}" == cursor))
        found = self.charges[max(low, high - PAGE) : high][::-1]
        records = [
            Record(state=a_charge(f"ch_{number}", created=moment), observed_at=9_999_999) for moment, number in found
        ]
        more = high - PAGE > low
        return Page(
            records=records,
            count=len(found),
            oldest=found[-1][0] if found else None,
            cursor=f"ch_{found[-1][1]}" if found and more else None,
        )


class Stored:
    """What a database would hold: windows by their key, and the ids of the objects."""

    def __init__(self, windows: Sequence[ImportWindow]) -> None:
        self.windows = {(window.kind, window.starts_at): window for window in windows}
        self.seen: list[str] = []
        self.transactions = 0

    async def store(self, steps: Sequence[Step]) -> None:
        assert 0 < len(steps) <= PAGES_TOGETHER
        self.transactions += 1
        await asyncio.sleep(0)
        for step in steps:
            self.seen += [record.state.id for record in step.records]
            for window in (step.window, step.split_off):
                if window is not None:
                    self.windows[window.kind, window.starts_at] = window

    @property
    def open(self) -> list[ImportWindow]:
        return [window for window in self.windows.values() if not window.closed]


def a_window(**fields: Any) -> ImportWindow:
    known = {"integration_id": UUID(int=1), "kind": "charge", "starts_at": 1_000, "ends_at": 100_000}
    return ImportWindow(**{**known, "phase": ImportPhase.STARTING, **fields})


async def read(platform: Platform, stored: Stored) -> None:
    await ReadWindows(platform, "acct_1", stored.store).execute(stored.open)  # type: ignore[arg-type]


def check_the_cover(stored: Stored) -> None:
    """Windows of one kind never overlap and leave no gap, split or not."""
    windows = sorted(stored.windows.values(), key=lambda window: window.starts_at)
    assert windows[0].starts_at == 1_000
    assert windows[-1].ends_at == 100_000
    assert all(a.ends_at == b.starts_at for a, b in itertools.pairwise(windows))


async def test_a_dense_window_is_read_by_all_readers_at_once() -> None:
    platform = Platform(range(1_000, 100_000, 99), delay=0.0005)
    stored = Stored([a_window()])
    await read(platform, stored)
    assert sorted(stored.seen) == sorted(f"ch_{number}" for number in range(1_000))
    assert platform.busiest == READERS
    assert len(stored.windows) > READERS
    assert sum(window.objects for window in stored.windows.values()) == 1_000
    assert stored.transactions < platform.asked
    check_the_cover(stored)


async def test_a_small_window_stays_whole() -> None:
    stored = Stored([a_window()])
    await read(Platform(range(1_000, 100_000, 5_000)), stored)
    assert len(stored.windows) == 1
    assert stored.open == []


async def test_readers_stop_when_the_writer_is_slow() -> None:
    """Memory is bounded: no more pages are read ahead than fit between readers and writer."""
    platform = Platform(range(1_000, 100_000, 9))
    stored = Stored([a_window()])
    gate = asyncio.Event()

    async def store(steps: Sequence[Step]) -> None:
        await gate.wait()
        await stored.store(steps)

    reading = asyncio.create_task(ReadWindows(platform, "acct_1", store).execute(stored.open))  # type: ignore[arg-type]
    await asyncio.sleep(0.05)
    assert platform.asked <= PAGES_AHEAD + PAGES_TOGETHER + READERS
    gate.set()
    await reading
    assert len(stored.seen) == 11_000


async def test_an_error_of_the_writer_ends_the_reading_and_is_raised_as_it_is() -> None:
    async def store(steps: Sequence[Step]) -> None:
        raise Unavailable("The database does not answer.", dependency="database")

    reading = ReadWindows(Platform(range(1_000, 100_000, 99)), "acct_1", store)  # type: ignore[arg-type]
    with pytest.raises(Unavailable, match="database"):
        await asyncio.wait_for(reading.execute([a_window()]), 30)


@settings(max_examples=60, deadline=None)
@given(
    moments=st.lists(st.integers(1_000, 99_999) | st.sampled_from([1_000, 50_000, 50_001, 99_999]), max_size=400),
    stops=st.lists(st.integers(0, 30), max_size=4),
    halves=st.booleans(),
)
def test_wherever_it_stops_it_goes_on_without_loss(moments: list[int], stops: list[int], halves: bool) -> None:
    """Dense seconds, empty stretches, interruptions: in the end every object was stored."""
    platform = Platform(moments)
    first = [a_window(starts_at=1_000, ends_at=40_000), a_window(starts_at=40_000)] if halves else [a_window()]
    stored = Stored(first)

    async def run() -> None:
        for stop in stops:
            platform.calls_left = stop
            try:
                await read(platform, stored)
            except Unavailable:
                check_closed(platform, stored)
        platform.calls_left = None
        if stored.open:
            await read(platform, stored)

    asyncio.run(run())
    assert set(stored.seen) == {f"ch_{number}" for number in range(len(moments))}
    assert stored.open == []
    check_the_cover(stored)


def check_closed(platform: Platform, stored: Stored) -> None:
    """What a window says it has read is stored: all of a closed one, and of an open one all that is newer than its
    cursor."""
    seen = set(stored.seen)
    for window in stored.windows.values():
        for moment, number in reversed(platform.charges):
            if not window.starts_at <= moment < window.ends_at:
                continue
            if not window.closed and window.cursor is None:
                break
            assert f"ch_{number}" in seen, (window, moment)
            if f"ch_{number}" == window.cursor:
                break


def test_progress_is_the_same_before_and_after_a_split() -> None:
    from vaultra_core.domain.imports import progress
    from vaultra_core.use_cases.read_windows import advance

    window = a_window()
    page = Page(records=(), count=100, oldest=99_000, cursor="ch_1")
    plain, split = advance(window, page), advance(window, page, split=True)
    assert split.split_off is not None
    before, after = progress([plain.window]), progress([split.window, split.split_off])
    assert msgspec.structs.asdict(before) == msgspec.structs.asdict(after)


async def test_only_the_charges_of_the_first_days_bring_their_balance_transactions() -> None:
    """Those of the history are read for themselves; subscriptions always come with their coupons."""
    asked: dict[tuple[str, ImportPhase], bool] = {}
    phase = ImportPhase.STARTING

    class Listening:
        async def list_page(self, _: str, kind: str, *, expand: bool = True, **named: Any) -> Page:
            asked[kind, phase] = expand
            return Page(records=(), count=0, oldest=None, cursor=None)

    for phase in (ImportPhase.STARTING, ImportPhase.EXTENDING):
        windows = [a_window(kind=kind, phase=phase) for kind in ("charge", "subscription")]
        await ReadWindows(Listening(), "acct_1", Stored(windows).store).execute(windows)  # type: ignore[arg-type]
    assert asked == {
        ("charge", ImportPhase.STARTING): True,
        ("charge", ImportPhase.EXTENDING): False,
        ("subscription", ImportPhase.STARTING): True,
        ("subscription", ImportPhase.EXTENDING): True,
    }
