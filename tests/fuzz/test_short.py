"""A short campaign of `make fuzz`, and proof that it sees what it is there to see."""

from pathlib import Path

import pytest
from requests import Response

from fuzz.campaign import run
from fuzz.cast import ROLES, Cast
from fuzz.tally import Tally, fault
from support.database import outside_the_loop
from support.demo import a_demo

REQUESTS, SECONDS = 3000, 60


def test_no_generated_request_gets_a_fault_for_an_answer(tmp_path: Path) -> None:
    def campaign() -> Tally:
        with a_demo(tmp_path / "data") as demo:
            tally = Tally(requests=REQUESTS, seconds=SECONDS)
            run(demo, Cast(demo), tally, seed=1)
            return tally

    tally = outside_the_loop(campaign)
    assert tally.faults == {}
    assert {200, 400, 401, 403} < set(tally.statuses), "everybody was asked something that they may do, and may not"
    assert set(tally.by) == set(ROLES)
    assert tally.linked > 0, "no request was made from an earlier answer"


def an_answer(status: int, body: str, **headers: str) -> Response:
    answer = Response()
    answer.status_code, answer._content = status, body.encode()
    answer.headers.update({"X-Request-Id": "1", **headers})
    return answer


ENVELOPE = '{"error": {"code": "C", "message": "m", "details": {}, "request_id": "1"}}'


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (an_answer(200, "{}"), None),
        (an_answer(400, ENVELOPE), None),
        (an_answer(503, ENVELOPE, **{"Retry-After": "2"}), None),
        (an_answer(503, ENVELOPE), "503"),
        (an_answer(500, ENVELOPE), "500"),
        (an_answer(400, "no"), "400 that is not JSON"),
        (an_answer(404, '{"detail": "Not Found"}'), "404 without the envelope"),
    ],
)
def test_a_fault_is_seen(answer: Response, what: str | None) -> None:
    found = fault(answer)
    assert found is None if what is None else (found or "").startswith(what)
