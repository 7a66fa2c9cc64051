"""Generated requests, each from somebody of the cast, and what is wrong with the answers.

Schemathesis makes the requests from the OpenAPI document, fitting and unfitting ones. Ids, handles and cursors that
were seen in answers are put in the place of made-up ones, so that requests build on each other.
"""

import contextlib
import itertools
import random
import re
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, MutableMapping
from typing import Any, Final

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis.errors import Unsatisfiable
from requests import Response, Session
from schemathesis import GenerationMode

from fuzz.cast import ROLES, Cast
from support.demo import Demo

AT_ONCE: Final = 10  # requests to one operation before the next one's turn
REUSED: Final = 0.6  # how often a value that was seen takes the place of one that was made up
ENVELOPE: Final = {"code", "message", "details", "request_id"}
UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Tally:
    """What was asked and answered, and every fault with the first request that showed it."""

    def __init__(self, *, requests: int, seconds: float) -> None:
        self.asked: Counter[str] = Counter()  # by operation
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

    def count(self, operation: str, role: str, answer: Response, request: str) -> None:
        self.asked[operation] += 1
        self.statuses[answer.status_code] += 1
        if what := fault(answer):
            key = f"{operation}: {what}"
            self.times[key] += 1
            self.faults.setdefault(key, f"as {role}: {request}")


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


class Seen:
    """Values of earlier answers, by what they are."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._values: defaultdict[str, deque[str]] = defaultdict(lambda: deque(maxlen=50))

    def learn(self, answer: Any, name: str = "") -> None:
        if isinstance(answer, dict):
            for key, value in answer.items():
                self.learn(value, key)
        elif isinstance(answer, list):
            for value in answer[:20]:
                self.learn(value, name)
        elif isinstance(answer, str) and (kind := _kind(name, answer)) and answer not in self._values[kind]:
            self._values[kind].append(answer)

    def put_into(self, values: Any) -> None:
        """Put what was seen in the place of some of these parameters or body fields."""
        if not isinstance(values, MutableMapping):
            return
        for name, value in values.items():
            known = self._values.get(_kind(name, value) or "")
            if known and self._chance.random() < REUSED:
                values[name] = self._chance.choice(known)


def _kind(name: str, value: object) -> str | None:
    for kind in ("handle", "cursor", "token"):
        if kind in name:
            return kind
    if name == "evidence":
        return "handle"
    is_id = name.endswith("id") or name in ("business", "member") or (isinstance(value, str) and UUID.fullmatch(value))
    return "id" if is_id else None


def run(demo: Demo, cast: Cast, tally: Tally, *, seed: int) -> None:
    """Ask until the tally has enough: every operation in turn, a few times each."""
    chance = random.Random(seed)
    seen = Seen(chance)
    seen.learn({"business_id": cast.business})
    with Session() as session:

        def ask(case: Any) -> None:
            if tally.enough:
                return
            role = chance.choice(ROLES)
            for values in (case.path_parameters, case.query, case.body):
                seen.put_into(values)
            answer = session.request(**_request(case, demo.url, cast.headers(role)))
            tally.count(case.operation.label, role, answer, case.as_curl_command())
            if answer.status_code == 401:
                cast.refused(role)
            elif answer.ok and "json" in answer.headers.get("Content-Type", ""):
                seen.learn(answer.json())

        for turn, (operation, mode) in enumerate(_turns(demo.url, chance)):
            if tally.enough:
                return
            asking = hypothesis.given(case=operation.as_strategy(generation_mode=mode))(ask)
            with contextlib.suppress(Unsatisfiable):  # an operation without parameters cannot be asked wrongly
                hypothesis.seed(seed + turn)(SETTINGS(asking))()


SETTINGS: Final = hypothesis.settings(
    max_examples=AT_ONCE,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    verbosity=Verbosity.quiet,
)


def _turns(url: str, chance: random.Random) -> Iterator[tuple[Any, GenerationMode]]:
    schema = schemathesis.openapi.from_url(f"{url}/api/v1/openapi.json")
    operations: list[Any] = [result.ok() for result in schema.get_all_operations()]  # type: ignore[union-attr] # ours is sound
    for _ in itertools.count():
        chance.shuffle(operations)
        for operation in operations:
            for mode in GenerationMode:
                yield operation, mode


def _request(case: Any, url: str, headers: dict[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = case.as_transport_kwargs(base_url=url)
    made["headers"] = {**made["headers"], **headers}
    return {**made, "timeout": 30, "allow_redirects": False}
