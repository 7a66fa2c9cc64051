import datetime as dt
import uuid
from itertools import pairwise

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from vaultra_core.domain.accounts import ImportPhase, ImportWindow
from vaultra_core.domain.imports import FIRST_DAYS, HISTORY_DAYS, WINDOWED, plan_import, progress

NOW = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
END = int(NOW.timestamp()) + 1


def plan(account_created: int | None = None) -> list[ImportWindow]:
    return plan_import(uuid.uuid4(), now=NOW, account_created=account_created)


@given(age=st.none() | st.integers(0, 4000 * 86_400))
def test_windows_of_a_kind_join_without_gap_or_overlap(age: int | None) -> None:
    windows = plan(None if age is None else END - age)
    for kind in WINDOWED:
        mine = sorted((w for w in windows if w.kind == kind), key=lambda w: w.starts_at)
        assert mine[-1].ends_at == END
        assert all(a.ends_at == b.starts_at for a, b in pairwise(mine))
        reach = HISTORY_DAYS * 86_400 if age is None else min(age, HISTORY_DAYS * 86_400)
        assert END - mine[0].starts_at >= reach


def test_the_first_score_waits_for_the_newest_90_days_and_for_subscriptions() -> None:
    first = [w for w in plan() if w.phase is ImportPhase.STARTING]
    assert {w.kind for w in first} == {*WINDOWED, "subscription"}
    assert all(w.starts_at in (0, END - FIRST_DAYS * 86_400) for w in first)


def test_progress_moves_with_every_page_and_ends_at_100() -> None:
    windows = plan()
    assert progress(windows).percent == 0
    seen = [0.0]
    for position, window in enumerate(windows):
        middle = (window.starts_at + window.ends_at) // 2
        for state in ({"read_back_to": middle, "objects": 50}, {"closed": True, "objects": 80}):
            windows[position] = msgspec.structs.replace(windows[position], **state)
            seen.append(progress(windows).percent)
    assert seen == sorted(seen)
    assert progress(windows).percent == 100
    assert progress(windows).done == 80 * len(windows)
    assert progress(windows).read_back_to == END - HISTORY_DAYS * 86_400
