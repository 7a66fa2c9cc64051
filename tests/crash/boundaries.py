"""Named boundaries: moments at which a process is killed from inside, between two steps of its work.

They are planted from outside, around methods of the product's own classes, so the product has no branch for them. A
boundary whose method is gone stops the process at its start, with the name in its log.
"""

import functools
import importlib
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any, Final

POSTGRES: Final = "vaultra_adapters.postgres"
API: Final = {
    "webhooks stored": f"{POSTGRES}.event_acceptor:PostgresEventAcceptor._insert",
    "wake-up sent": "vaultra_adapters.queue.taskiq_queue:TaskiqJobQueue._send",
}
WORKER: Final = {
    "commit": f"{POSTGRES}.unit_of_work:PostgresUnitOfWork.commit",
    "events claimed": f"{POSTGRES}.inbox:PostgresInbox.claim",
    "events marked applied": f"{POSTGRES}.inbox:PostgresInbox.mark_applied",
    "observations merged": f"{POSTGRES}.ledger:PostgresLedger.merge",
    "days marked dirty": f"{POSTGRES}.activity:PostgresActivity.mark_dirty",
    "dirty marks taken": f"{POSTGRES}.activity:PostgresActivity.take_dirty",
    "days folded": f"{POSTGRES}.activity:PostgresActivity.fold",
    "snapshots saved": f"{POSTGRES}.snapshots:PostgresSnapshots.save",
    "scores saved": f"{POSTGRES}.scores:PostgresScores.save",
    "page read": "vaultra_adapters.stripe.provider:StripeProvider.list_page",
    "window checkpointed": f"{POSTGRES}.integrations:PostgresImportWindows.save",
    "lease taken": f"{POSTGRES}.integrations:PostgresIntegrations.lease_due",
    "lease extended": f"{POSTGRES}.integrations:PostgresIntegrations.hold",
    "wake-up sent": "vaultra_adapters.queue.taskiq_queue:TaskiqJobQueue._send",
}
EDGES: Final = ("before", "after")

Method = Callable[..., Awaitable[Any]]


def arm(point: str) -> None:
    """Kill this process with SIGKILL at a point like `commit:before:3`: the third time, before it happens."""
    name, edge, count = point.rsplit(":", 2)
    fatal, seen = int(count), 0

    def wrapper(method: Method) -> Method:
        async def wrapped(*arguments: Any, **named: Any) -> Any:
            nonlocal seen
            seen += 1
            now = seen == fatal
            if now and edge == "before":
                die()
            outcome = await method(*arguments, **named)
            if now and edge == "after":
                die()
            return outcome

        return wrapped

    patch((API | WORKER)[name], wrapper)


def patch(path: str, wrapper: Callable[[Any], Any]) -> None:
    """Put what `wrapper` makes of `module:Class.method` (or `module:function`) in its place."""
    module, _, name = path.partition(":")
    *holders, last = name.split(".")
    owner = functools.reduce(getattr, holders, importlib.import_module(module))
    original = getattr(owner, last)
    setattr(owner, last, functools.wraps(original)(wrapper(original)))


def die() -> None:
    """End at once, as `kill -9` does: nothing is flushed, closed or said."""
    os.kill(os.getpid(), signal.SIGKILL)
