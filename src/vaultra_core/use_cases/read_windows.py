"""Read the windows of an import: several at once, and a dense one in several parts."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from vaultra_core.domain.accounts import ImportPhase, ImportWindow
from vaultra_core.domain.ledger import Charge, Record
from vaultra_core.ports.payments import Page, PaymentsProvider, Unread

READERS = 6  # Stripe allows 25 requests a second per endpoint, and one takes a fifth of a second or more
WORTH_SPLITTING = 8  # pages that seem to be left, below which a window stays with one reader
PAGES_AHEAD = 12  # read but not stored yet: the bound on memory, and the most that a dying process reads again
PAGES_TOGETHER = 12  # most pages in one transaction


class Step(msgspec.Struct, frozen=True):
    """What one page adds: its observations, what of it could not be read, and the windows as they stand once these are
    stored. `split_off` has to be added, `window` saved over what was there."""

    records: Sequence[Record]
    window: ImportWindow
    split_off: ImportWindow | None = None
    unread: Sequence[Unread] = ()


Store = Callable[[Sequence[Step]], Awaitable[None]]


class ReadWindows:
    """Readers ask Stripe while earlier pages are being stored, and one writer stores whatever has come in, in one
    transaction: the account's lock lets only one write at a time anyway, and a commit costs the same for one page as
    for a dozen.

    Steps of one window are stored in their order, so a checkpoint never runs ahead of its observations. A reader that
    finds nothing left to do takes half of the longest stretch that another one still has before it.
    """

    def __init__(self, provider: PaymentsProvider, external_id: str, store: Store) -> None:
        self._provider = provider
        self._external_id = external_id
        self._store = store
        self._waiting: list[ImportWindow] = []
        self._idle = 0
        self._given = asyncio.Condition()
        self._steps: asyncio.Queue[Step | None] = asyncio.Queue(PAGES_AHEAD)

    async def execute(self, windows: Sequence[ImportWindow]) -> None:
        """Return once every window is closed and stored. The first error stops everything and is raised."""
        self._waiting = list(windows)
        try:
            async with asyncio.TaskGroup() as group:
                writer = group.create_task(self._write())
                async with asyncio.TaskGroup() as readers:
                    for _ in range(READERS):
                        readers.create_task(self._read())
                await self._steps.put(None)
                await writer
        except ExceptionGroup as failures:
            raise _first(failures) from failures

    async def _read(self) -> None:
        while (window := await self._next()) is not None:
            while not window.closed:
                page = await self._provider.list_page(
                    self._external_id,
                    window.kind,
                    starts_at=window.starts_at,
                    ends_at=window.ends_at,
                    cursor=window.cursor,
                    # The first score needs the rates at once. Later the balance transactions are read for themselves,
                    # as witnesses of the ledger: there is no need to read most of them twice.
                    expand=window.phase is ImportPhase.STARTING or window.kind != Charge.kind,
                )
                step = advance(window, page, split=self._idle > 0 and not self._waiting)
                await self._steps.put(step)
                window = step.window
                if step.split_off is not None:
                    # The older part keeps the window's key; who takes it begins at its newest object.
                    window, older = step.split_off, step.window
                    async with self._given:
                        self._waiting.append(older)
                        self._given.notify()

    async def _next(self) -> ImportWindow | None:
        """A window to read; None when all are read and no reader can give one away any more."""
        async with self._given:
            self._idle += 1
            while not self._waiting and self._idle < READERS:
                await self._given.wait()
            if not self._waiting:
                self._given.notify_all()
                return None
            self._idle -= 1
            return self._waiting.pop(0)

    async def _write(self) -> None:
        ended = False
        while not ended:
            steps = [await self._steps.get()]
            while len(steps) < PAGES_TOGETHER and not self._steps.empty():
                steps.append(self._steps.get_nowait())
            ended = steps[-1] is None
            if stored := [step for step in steps if step is not None]:
                await self._store(stored)


def advance(window: ImportWindow, page: Page, *, split: bool = False) -> Step:
    """The step that a page makes in its window. With `split`, a window with much before it is cut in two.

    The cut lies in the middle of the time that is left, at a full second older than every object read so far. The
    older part keeps `starts_at`, which is the window's key, and has no cursor: the newer one goes on where this page
    ended.
    """
    moved = msgspec.structs.replace(
        window,
        cursor=page.cursor or window.cursor,
        read_back_to=window.read_back_to if page.oldest is None else page.oldest,
        objects=window.objects + page.count,
        closed=page.cursor is None,
    )
    if not split or moved.closed or not _is_long(window, page):
        return Step(page.records, moved, unread=page.unread)
    assert page.oldest is not None
    middle = (window.starts_at + page.oldest) // 2
    older = msgspec.structs.replace(window, ends_at=middle, cursor=None, read_back_to=None, objects=0)
    newer = msgspec.structs.replace(moved, starts_at=middle)
    return Step(page.records, older, split_off=newer, unread=page.unread)


def _is_long(window: ImportWindow, page: Page) -> bool:
    """Whether as dense as it was on this page, the rest of the window fills many more."""
    if page.oldest is None or window.starts_at == 0:  # subscriptions: all of them, whatever their time
        return False
    covered = max(1, (window.read_back_to or window.ends_at) - page.oldest)
    left = page.oldest - window.starts_at
    return left > 1 and left / covered >= WORTH_SPLITTING


def _first(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = failures
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
