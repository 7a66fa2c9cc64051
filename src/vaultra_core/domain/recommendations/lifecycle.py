"""The life of recommendations: pending → accepted | dismissed by a person, pending → resolved by the system."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

import msgspec

from vaultra_core.domain.recommendations.base import Advice, Recommendation, Status
from vaultra_core.identity import new_id

DISMISSED_DAYS: Final = 30


def reconcile(
    business_id: UUID,
    existing: Sequence[Recommendation],
    advice: Sequence[Advice],
    now: dt.datetime,
    *,
    make_id: Callable[[], UUID] = new_id,
) -> tuple[list[Recommendation], list[tuple[Recommendation, Recommendation]]]:
    """What to add, and what to save as (before, after), so that a business's recommendations say what holds now.

    A pending one takes the new text and figures, and is resolved when its trigger is gone. An accepted one stays as
    the person saw it, and notes when its trigger is gone: then it is done. While one is open (pending, or accepted and
    not done) its key is not added again. A dismissed one comes back after 30 days, or before if its severity has risen.
    """
    current = {each.key: each for each in advice}
    by_key: dict[str, list[Recommendation]] = {}
    for recommendation in existing:
        by_key.setdefault(recommendation.advice.key, []).append(recommendation)
    changed = []
    for recommendation in existing:
        after = _followed_up(recommendation, current.get(recommendation.advice.key), now)
        if after != recommendation:
            changed.append((recommendation, after))
    added = [
        Recommendation(
            id=make_id(), business_id=business_id, advice=each, status=Status.PENDING, created_at=now, updated_at=now
        )
        for key, each in current.items()
        if not any(_holds_back(earlier, each, now) for earlier in by_key.get(key, ()))
    ]
    return added, changed


def _followed_up(recommendation: Recommendation, advice: Advice | None, now: dt.datetime) -> Recommendation:
    match recommendation.status:
        case Status.PENDING if advice is None:
            return msgspec.structs.replace(recommendation, status=Status.RESOLVED, resolved_at=now, updated_at=now)
        case Status.PENDING if advice != recommendation.advice:
            return msgspec.structs.replace(recommendation, advice=advice, updated_at=now)
        case Status.ACCEPTED if advice is None and recommendation.resolved_at is None:
            return msgspec.structs.replace(recommendation, resolved_at=now, updated_at=now)
    return recommendation


def _holds_back(earlier: Recommendation, advice: Advice, now: dt.datetime) -> bool:
    """Whether an earlier recommendation of the same key is a reason not to add the advice."""
    if earlier.is_open:
        return True
    if earlier.status is not Status.DISMISSED:
        return False
    until = earlier.dismissed_until or earlier.updated_at + dt.timedelta(days=DISMISSED_DAYS)
    return now < until and advice.severity <= earlier.advice.severity
