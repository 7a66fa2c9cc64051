"""A log line is JSON, names its request, and never holds a secret, whoever logged what."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaultra_adapters.settings import Settings
from vaultra_cli.logs import HIDDEN, make_formatter
from vaultra_core.identity import Origin, origin

SETTINGS = Settings(
    jwt_secret="a jwt secret of these tests, long",
    stripe_webhook_secret="first webhook secret, second webhook secret",
    database_url="postgresql://vaultra:hunter22@db/vaultra",
)
SECRETS = [
    "a jwt secret of these tests, long",
    "second webhook secret",
    "sk_live_51abcdefgh",
    "whsec_abcdefgh12",
    "Bearer abc.def",
    "eyJhbGciOi.eyJzdWIi.c2ln",
    "$argon2id$v=19$m=1,t=2,p=1$c2FsdA$aGFzaA",
    "postgresql://vaultra:hunter22@db/vaultra",
    "ada@example.com",
]


@pytest.fixture
def written() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(make_formatter(SETTINGS, readable=False))
    logger = logging.getLogger("tests.logs")
    logger.handlers, logger.propagate = [handler], False
    yield logger, stream
    logger.handlers = []


def test_a_line_is_json_and_names_its_request(written: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = written
    came_in = origin.set(Origin("203.0.113.9", "request-1"))
    logger.warning("%d things happened", 3)
    origin.reset(came_in)
    logger.warning("outside\nof one")
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert first["event"] == "3 things happened"
    assert (first["level"], first["logger"], first["request_id"]) == ("warning", "tests.logs", "request-1")
    assert first["at"].endswith("Z")
    assert "request_id" not in second


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_hidden_wherever_it_stands(written: tuple[logging.Logger, io.StringIO], secret: str) -> None:
    logger, stream = written
    logger.warning("got %s", secret, extra={"payload": {"nested": secret}})
    try:
        raise ValueError(f"cannot read {secret}")
    except ValueError:
        logger.exception("failed")
    told = stream.getvalue()
    core = {"Bearer abc.def": "abc.def", SECRETS[-2]: "hunter22"}.get(secret, secret)
    assert core not in told and json.dumps(core) not in told
    assert told.count(HIDDEN) >= 3
    assert "ValueError" in told


def test_a_terminal_gets_text_without_secrets() -> None:
    record = logging.LogRecord("tests", logging.ERROR, __file__, 1, "no: %s", ("sk_test_abcdefgh",), None)
    told = make_formatter(SETTINGS, readable=True).format(record)
    assert "no: " in told and HIDDEN in told and "sk_test" not in told and not told.startswith("{")


@given(st.text(max_size=50))
def test_no_text_forges_a_second_line(text: str) -> None:
    record = logging.LogRecord("tests", logging.INFO, __file__, 1, "%s", (text,), None)
    line: Any = make_formatter(SETTINGS, readable=False).format(record)
    assert "\n" not in line and "\r" not in line
    assert json.loads(line)["level"] == "info"


def test_ids_and_paths_stay_readable() -> None:
    text = "acct_1PqRsTuVwXyZ evt_1AbCdEfGh mac_addresses /api/v1/users/businesses 2026-11-22T12:00:00Z"
    record = logging.LogRecord("tests", logging.INFO, __file__, 1, text, (), None)
    assert json.loads(make_formatter(SETTINGS, readable=False).format(record))["event"] == text
