"""What was asked and answered, and what is wrong with an answer."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from requests import Response

ENVELOPE: Final = {"code", "message", "details", "request_id"}


class Tally:
    """What was asked and answered, and every fault with the first request that showed it."""

    def __init__(self, *, requests: int, seconds: float) -> None:
        self.asked: Counter[str] = Counter()  # by operation
        self.by: Counter[str] = Counter()  # by role
        self.linked = 0  # requests that follow a link from an earlier answer
        self.renewed = 0  # people who did away with their account and were replaced
        self.statuses: Counter[int] = Counter()
        self.faults: dict[str, str] = {}
        self.times: Counter[str] = Counter()  # how often each fault was seen
        self._most, self._until = requests, time.monotonic() + seconds

    @property
    def requests(self) -> int:
        return self.asked.total()

    @property
    def enough(self) -> bool:
        return self.requests >= self._most or time.monotonic() > self._until

    def count(self, operation: str, role: str, answer: Response, request: Callable[[], str], *, linked: bool) -> None:
        """`request` puts it into words, which takes longer than asking; `linked`: made from an earlier answer."""
        self.asked[operation] += 1
        self.by[role] += 1
        self.statuses[answer.status_code] += 1
        self.linked += linked
        if what := fault(answer):
            key = f"{operation}: {what}"
            self.times[key] += 1
            if key not in self.faults:
                self.faults[key] = f"as {role}: {request()}"

    def add(self, other: "Tally") -> None:
        """Take in what another process counted."""
        for mine, theirs in zip(self._counts, other._counts, strict=True):
            mine.update(theirs)
        self.linked += other.linked
        self.renewed += other.renewed
        self.faults = {**other.faults, **self.faults}

    @property
    def _counts(self) -> tuple[Counter[Any], ...]:
        return self.asked, self.by, self.statuses, self.times


def fault(answer: Response) -> str | None:
    """What is wrong with an answer, whatever was asked: bad input never gives a 5xx, and every refusal has its
    envelope. A 503 that says when to come back is no fault."""
    status = answer.status_code
    if status >= 500 and not (status == 503 and "Retry-After" in answer.headers):
        return f"{status} {answer.text[:200]}"
    if status >= 400:
        try:
            body = answer.json()
        except ValueError:
            return f"{status} that is not JSON: {answer.text[:200]}"
        if not isinstance(body, dict) or set(body) != {"error"} or set(body["error"]) != ENVELOPE:
            return f"{status} without the envelope: {answer.text[:200]}"
    return None if "X-Request-Id" in answer.headers else f"{status} without X-Request-Id"
