"""Long work shows a bar on a terminal and log lines elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

EVERY: Final = 2.0  # seconds between two log lines


@contextmanager
def showing(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Yields the function to call with how much is done."""
    if sys.stderr.isatty():
        from rich.console import Console  # noqa: PLC0415 (an extra, and only terminals need it)
        from rich.progress import Progress  # noqa: PLC0415

        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda done: bar.update(task, completed=done)
        return
    last = time.monotonic()

    def log(done: int) -> None:
        nonlocal last
        if time.monotonic() - last >= EVERY:
            last = time.monotonic()
            print(f"{what}: {done:,} of {total:,}", file=sys.stderr, flush=True)  # noqa: T201

    yield log
