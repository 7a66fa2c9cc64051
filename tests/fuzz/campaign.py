"""Generated requests, each from several of the cast, and what is wrong with the answers.

Schemathesis makes the requests from the OpenAPI document, in two ways that take turns: each operation by itself with
fitting and unfitting values, in the place of which ids, handles and cursors of earlier answers are put; and chains of
operations that follow the document's links, where each step is made from the answer to the one before (`chains`).
"""

import contextlib
import itertools
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import hypothesis
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis.errors import Unsatisfiable
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from schemathesis import GenerationMode
from urllib3 import HTTPResponse

from fuzz.cast import ROLES, Cast
from fuzz.chains import chains
from fuzz.seen import Seen
from fuzz.tally import Tally
from support.demo import Demo

AT_ONCE: Final = 6  # cases of one operation and mode before the next one's turn
# Making a case costs more than asking it: each is asked by several, who put different seen values into it.
ASKERS: Final = 3
CHAINS_EVERY: Final = 5  # turns of single operations between two of chains
SECONDS: Final = 30


class Asker:
    """Sends cases in somebody's name, with the cookies that they were given, over one connection; counts the answers
    and learns from them."""

    def __init__(self, demo: Demo, cast: Cast, tally: Tally, chance: random.Random) -> None:
        self.chance = chance
        self.tally = tally
        self._url = demo.url
        self._cast = cast
        self._line = HTTPAdapter(pool_connections=1, pool_maxsize=1)  # without a session, which takes twice as long
        self._cookies: defaultdict[str, RequestsCookieJar] = defaultdict(RequestsCookieJar)
        self.seen = Seen(chance)
        self.seen.learn({"business_id": cast.business})

    def ask(self, case: Any, role: str, *, linked: bool = False) -> requests.Response:
        made = case.as_transport_kwargs(base_url=self._url)
        made = {name: value for name, value in made.items() if name in REQUEST}
        headers = {**made.pop("headers"), **self._cast.headers(role)}
        request = requests.Request(**made, headers=headers, cookies=self._cookies[role]).prepare()
        try:
            answer = self._line.send(request, timeout=SECONDS)
        except (requests.ConnectionError, requests.Timeout) as error:  # a fault too, after which it goes on
            answer = _no_answer(error)
        self._cookies[role].update(answer.cookies)
        self.tally.count(case.operation.label, role, answer, case.as_curl_command, linked=linked)
        if answer.status_code == 401:
            self.tally.renewed += self._cast.renew_if_gone(role)
        elif answer.ok and "json" in answer.headers.get("Content-Type", ""):
            self.seen.learn(answer.json())
        return answer


def _no_answer(error: Exception) -> requests.Response:
    """Stands for what did not come, so that it is counted like any other fault."""
    answer = requests.Response()
    answer.status_code, answer._content = 599, f"no answer: {type(error).__name__}".encode()
    answer.raw = HTTPResponse(body=b"", status=599)
    return answer


REQUEST: Final = {"method", "url", "headers", "files", "data", "json", "params"}


def run(demo: Demo, cast: Cast, tally: Tally, *, seed: int) -> None:
    """Ask until the tally has enough: every operation in turn, a few times each, and chains between them."""
    asker = Asker(demo, cast, tally, random.Random(seed))
    schema = schemathesis.openapi.from_url(f"{demo.url}/api/v1/openapi.json")
    for turn, (operation, mode) in enumerate(_turns(schema, asker.chance)):
        if tally.enough:
            return
        _ask_alone(asker, operation, mode, seed + turn)
        if turn % CHAINS_EVERY == 0:
            chains(schema, asker, seed + turn)


def run_share(folder: Path, facts: dict[str, Any], requests: int, seconds: float, seed: int) -> Tally:
    """What one of several processes asks a demo that runs elsewhere, with a cast of its own: making requests takes
    longer than answering them."""
    demo = Demo(folder)
    demo.facts = facts
    tally = Tally(requests=requests, seconds=seconds)
    run(demo, Cast(demo), tally, seed=seed)
    return tally


def _ask_alone(asker: Asker, operation: Any, mode: GenerationMode, seed: int) -> None:
    def ask(case: Any) -> None:
        generated = case.path_parameters, case.query, case.body
        for role in asker.chance.sample(ROLES, ASKERS):
            if asker.tally.enough:
                return
            case.path_parameters, case.query, case.body = map(asker.seen.put_into, generated)
            asker.ask(case, role)

    asking = hypothesis.given(case=operation.as_strategy(generation_mode=mode))(ask)
    with contextlib.suppress(Unsatisfiable):  # an operation without parameters cannot be asked wrongly
        hypothesis.seed(seed)(SETTINGS(asking))()


SETTINGS: Final = hypothesis.settings(
    max_examples=AT_ONCE,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    verbosity=Verbosity.quiet,
)


def _turns(schema: Any, chance: random.Random) -> Iterator[tuple[Any, GenerationMode]]:
    operations: list[Any] = [result.ok() for result in schema.get_all_operations()]
    for _ in itertools.count():
        turns = [(operation, mode) for operation in operations for mode in GenerationMode]
        chance.shuffle(turns)
        yield from turns
