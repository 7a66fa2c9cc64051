"""How long a reader waits before it asks again."""

import stripe

from vaultra_adapters.stripe.pages import ATTEMPTS, FIRST_PAUSE, LONGEST_PAUSE, pause_before


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
