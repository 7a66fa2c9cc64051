"""What a first import reads, cut into the windows in which it is checkpointed."""

import datetime as dt
from collections.abc import Iterator, Sequence
from uuid import UUID

import msgspec

from vaultra_core.domain.accounts import ImportPhase, ImportWindow
from vaultra_core.domain.ledger import BalanceTransaction, Charge, Dispute, Payout, Refund, Subscription

FIRST_DAYS = 90  # what the first score waits for
HISTORY_DAYS = 731  # 24 months: what history and the longest windows of the rulebooks need
WINDOW_DAYS = 91
EVENTS_KEPT_DAYS = 30  # by Stripe; what happened before can only be seen in lists
EVENTS_TRUSTED_DAYS = 28  # a read that begins this far back is not overtaken by the forgetting
CATCH_UP_DAYS = 90  # how old an object may be and still change: disputes and refunds of an older charge are rare

WINDOWED = (Charge.kind, Refund.kind, Dispute.kind, Payout.kind)
# Balance transactions come along with the charges of the first days (expanded); read for themselves they are what the
# ledger is reconciled against, and the first score need not wait for that.
WITNESS = BalanceTransaction.kind


class ImportProgress(msgspec.Struct, frozen=True, kw_only=True):
    """Real progress: objects read, and how much of the time to be read has been read (0–100, by date)."""

    done: int
    percent: float
    read_back_to: int | None  # Unix seconds: charges are in from here on


def plan_import(integration_id: UUID, *, now: dt.datetime, account_created: int | None) -> list[ImportWindow]:
    """The windows of a first import: 90 days and all subscriptions at once, then back to 24 months or to the
    account's beginning."""
    end = int(now.timestamp()) + 1
    first = end - FIRST_DAYS * 86_400
    beginning = max(end - HISTORY_DAYS * 86_400, account_created or 0)
    windows = [
        ImportWindow(
            integration_id=integration_id, kind=Subscription.kind, starts_at=0, ends_at=end, phase=ImportPhase.STARTING
        )
    ]
    for kind in (*WINDOWED, WITNESS):
        for starts_at, ends_at in _cut(min(beginning, first), first, end):
            waited_for = starts_at >= first and kind != WITNESS
            phase = ImportPhase.STARTING if waited_for else ImportPhase.EXTENDING
            windows.append(
                ImportWindow(
                    integration_id=integration_id, kind=kind, starts_at=starts_at, ends_at=ends_at, phase=phase
                )
            )
    return windows


def plan_catch_up(integration_id: UUID, *, now: dt.datetime, since: int) -> list[ImportWindow]:
    """The windows that make good for events since a moment (Unix seconds) that are not kept any more: everything
    created from 90 days before that, which may have changed unseen, and all subscriptions."""
    end = int(now.timestamp()) + 1
    beginning = max(since - CATCH_UP_DAYS * 86_400, 0)
    starts = [(kind, beginning) for kind in (*WINDOWED, WITNESS)] + [(Subscription.kind, 0)]
    return [
        ImportWindow(
            integration_id=integration_id, kind=kind, starts_at=starts_at, ends_at=end, phase=ImportPhase.EXTENDING
        )
        for kind, starts_at in starts
    ]


def _cut(beginning: int, first: int, end: int) -> Iterator[tuple[int, int]]:
    yield first, end
    while first > beginning:
        starts_at = max(beginning, first - WINDOW_DAYS * 86_400)
        yield starts_at, first
        first = starts_at


def progress(windows: Sequence[ImportWindow]) -> ImportProgress:
    """How far an import is. Subscriptions are one window without an extent of their own: they count as a day."""
    if not windows:
        return ImportProgress(done=0, percent=0.0, read_back_to=None)
    weights = [1.0 if w.starts_at == 0 else (w.ends_at - w.starts_at) / 86_400 for w in windows]
    read = sum(weight * window.fraction for weight, window in zip(weights, windows, strict=True))
    charges = sorted((w for w in windows if w.kind == Charge.kind), key=lambda w: -w.ends_at)
    back = None
    for window in charges:
        back = window.starts_at if window.closed else window.read_back_to or back
        if not window.closed:
            break
    return ImportProgress(
        done=sum(window.objects for window in windows),
        percent=round(100 * read / sum(weights), 1),
        read_back_to=back,
    )
