"""How long a reader waits before it asks again."""

from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock

import pytest
import stripe

from vaultra_adapters.stripe import pages
from vaultra_adapters.stripe.pages import ATTEMPTS, FIRST_PAUSE, LONGEST_PAUSE, pause_before, read_page


def test_pauses_double_with_jitter_up_to_a_limit() -> None:
    for attempt in range(1, ATTEMPTS):
        full = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1))
        pauses = {pause_before(attempt, stripe.RateLimitError()) for _ in range(50)}
        assert all(full / 2 <= pause <= full for pause in pauses)
        assert len(pauses) > 10


def test_the_answer_can_ask_for_a_longer_pause_but_not_for_an_endless_one() -> None:
    def asked_for(value: str) -> float:
        return pause_before(1, stripe.RateLimitError(headers={"Retry-After": value}))

    assert asked_for("3") == 3
    assert asked_for("86400") == LONGEST_PAUSE
    assert asked_for("0") <= FIRST_PAUSE
    assert asked_for("Wed, 21 Oct 2026 07:28:00 GMT") <= FIRST_PAUSE


class Refusing:
    """A requestor whose first answers are these errors."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)

    async def request_stream_async(self, *_: object, **__: object) -> Any:
        if self.errors:
            raise self.errors.pop(0)
        body = AsyncMock(return_value=b'{"data": [], "has_more": false}')
        return SimpleNamespace(read_async=body, headers={})


async def test_being_asked_to_slow_down_uses_up_no_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "FIRST_PAUSE", 0.0)
    refusing = Refusing(*[stripe.RateLimitError()] * (3 * ATTEMPTS), *[stripe.APIError()] * (ATTEMPTS - 1))
    client: Any = SimpleNamespace(_requestor=refusing)
    assert not (await read_page(client, "/v1/charges", "acct_1", {})).has_more
    refusing.errors = [stripe.APIError() for _ in range(ATTEMPTS)]
    with pytest.raises(stripe.APIError):
        await read_page(client, "/v1/charges", "acct_1", {})
