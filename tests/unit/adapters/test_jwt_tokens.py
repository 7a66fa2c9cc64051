import datetime as dt
import uuid
from typing import Any

import jwt
import pytest

from vaultra_adapters.identity.jwt_tokens import JwtAccessTokens, JwtConnectStates
from vaultra_core.errors import InvalidInput, Unauthorized

SECRET = "a secret of the tests, long enough to sign with"
NOW = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
USER, BUSINESS = uuid.uuid4(), uuid.uuid4()
tokens = JwtAccessTokens(SECRET, life=dt.timedelta(minutes=15))
states = JwtConnectStates(SECRET)


def forged(header: dict[str, Any] | None = None, secret: str = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    good = {"iss": "vaultra", "aud": "vaultra-access", "iat": NOW, "exp": NOW + dt.timedelta(minutes=5)}
    body = good | {"jti": "1", "sub": str(USER)} | claims
    return jwt.encode(body, secret, algorithm=algorithm, headers={"typ": "vaultra-access", **(header or {})})


def test_a_token_says_who_it_was_issued_to() -> None:
    token = tokens.issue(USER, "a@example.com", NOW)
    assert tokens.read(token, NOW + dt.timedelta(minutes=14)) == USER
    claims = jwt.decode(token, options={"verify_signature": False})
    assert {"user_id", "sub", "email", "exp", "iat", "jti"} <= claims.keys()


def test_it_expires() -> None:
    with pytest.raises(Unauthorized, match="expired"):
        tokens.read(tokens.issue(USER, "a@example.com", NOW), NOW + dt.timedelta(minutes=15))


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b.c",
        "é",
        "\x00",
        forged(secret="another secret, as long as the right one is"),
        forged(secret="", algorithm="none"),
        forged(header={"typ": "JWT"}),
        forged(aud="vaultra-connect"),
        forged(iss="somebody"),
        forged(sub="not a uuid"),
        forged(iat=NOW + dt.timedelta(hours=1)),
        states.issue(USER, BUSINESS, NOW),
    ],
)
def test_anything_else_is_refused(token: str) -> None:
    with pytest.raises(Unauthorized):
        tokens.read(token, NOW)


def test_a_state_is_bound_to_person_and_business_for_ten_minutes() -> None:
    state = states.issue(USER, BUSINESS, NOW)
    read = states.read(state, NOW + dt.timedelta(minutes=9))
    assert (read.user_id, read.business_id) == (USER, BUSINESS)
    with pytest.raises(InvalidInput, match="expired"):
        states.read(state, NOW + dt.timedelta(minutes=10))


def test_no_two_states_are_alike() -> None:
    first, second = (states.read(states.issue(USER, BUSINESS, NOW), NOW) for _ in range(2))
    assert first.nonce != second.nonce


@pytest.mark.parametrize("state", ["", "x", forged(), tokens.issue(USER, "a@example.com", NOW)])
def test_a_foreign_state_is_refused(state: str) -> None:
    with pytest.raises(InvalidInput):
        states.read(state, NOW)
