import datetime as dt
import uuid
from typing import Any

import jwt
import pytest

from vaultra_adapters.identity.jwt_tokens import (
    JwtAccessTokens,
    JwtConnectStates,
    JwtDeviceTokens,
    JwtRefreshTokens,
)
from vaultra_adapters.identity.signing import Signer
from vaultra_core.errors import InvalidInput, Unauthorized
from vaultra_core.ports.runtime import Access

SECRET = "a secret of the tests, long enough to sign with"
OLDER = "the secret before that, as long as it has to be"
NOW = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
USER, BUSINESS, SESSION = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
signer = Signer([SECRET])
KEY_ID = jwt.get_unverified_header(signer.sign("x", "1", {}, issued_at=NOW, expires_at=NOW))["kid"]
tokens = JwtAccessTokens(signer, life=dt.timedelta(minutes=15))
refresh = JwtRefreshTokens(signer)
devices = JwtDeviceTokens(signer)
states = JwtConnectStates(signer)


def forged(
    header: dict[str, Any] | None = None,
    secret: str = SECRET,
    algorithm: str = "HS256",
    *,
    without: str = "",
    **claims: Any,
) -> str:
    """A good access token, but for what is given."""
    good = {"iss": "vaultra", "aud": "vaultra-access", "iat": NOW, "nbf": NOW, "exp": NOW + dt.timedelta(minutes=5)}
    body = good | {"jti": "1", "sub": str(USER), "sid": str(SESSION)} | claims
    body.pop(without, None)
    return jwt.encode(
        body, secret, algorithm=algorithm, headers={"typ": "vaultra-access", "kid": KEY_ID, **(header or {})}
    )


def test_a_token_says_who_it_was_issued_to_and_for_which_session() -> None:
    token = tokens.issue(USER, "a@example.com", SESSION, NOW)
    assert tokens.read(token, NOW + dt.timedelta(minutes=14)) == Access(USER, SESSION)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert {"user_id", "sub", "email", "exp", "iat", "nbf", "jti", "sid"} <= claims.keys()
    assert tokens.read(forged(), NOW) == Access(USER, SESSION)  # what is forged below differs in one thing each


def test_it_expires() -> None:
    with pytest.raises(Unauthorized, match="expired"):
        tokens.read(tokens.issue(USER, "a@example.com", SESSION, NOW), NOW + dt.timedelta(minutes=15))


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b.c",
        "é",
        "\x00",
        forged(secret="another secret, as long as the right one is"),
        forged(secret="", algorithm="none"),
        forged(algorithm="HS512"),
        forged(header={"typ": "JWT"}),
        forged(header={"kid": "somebody else's"}),
        forged(header={"kid": "../../etc/passwd"}),
        forged(header={"kid": ""}),
        forged(aud="vaultra-connect"),
        forged(aud=["vaultra-connect"]),
        forged(iss="somebody"),
        forged(sub="not a uuid"),
        forged(sid="not a uuid"),
        forged(iat=NOW + dt.timedelta(hours=1)),
        forged(nbf=NOW + dt.timedelta(hours=1)),
        *(forged(without=name) for name in ("iss", "aud", "iat", "nbf", "exp", "jti", "sub", "sid")),
        states.issue(USER, BUSINESS, NOW),
        refresh.first(SESSION, NOW, NOW + DAY),
        devices.issue(USER, NOW),
    ],
)
def test_anything_else_is_refused(token: str) -> None:
    with pytest.raises(Unauthorized):
        tokens.read(token, NOW)


def test_a_foreign_signature_is_refused() -> None:
    with pytest.raises(Unauthorized, match="not valid"):
        tokens.read(forged(secret="somebody else's secret, which is as long as ours"), NOW)


def test_a_key_that_is_rotated_out_is_refused_and_one_on_its_way_out_still_reads() -> None:
    before = JwtAccessTokens(Signer([OLDER]), life=DAY).issue(USER, "a@example.com", SESSION, NOW)
    during = JwtAccessTokens(Signer([SECRET, OLDER]), life=DAY)
    assert during.read(before, NOW) == Access(USER, SESSION)
    assert tokens.read(during.issue(USER, "a@example.com", SESSION, NOW), NOW) == Access(USER, SESSION)
    with pytest.raises(Unauthorized):
        tokens.read(before, NOW)


def test_a_refresh_token_has_one_successor_and_an_end() -> None:
    first = refresh.first(SESSION, NOW, NOW + DAY)
    assert refresh.read(first, NOW) == SESSION
    assert refresh.successor(first, SESSION, NOW, NOW + DAY) == refresh.successor(first, SESSION, NOW, NOW + DAY)
    others = {first, refresh.first(SESSION, NOW, NOW + DAY), refresh.successor(first, SESSION, NOW, NOW + DAY)}
    assert len(others) == 3
    for token, at in ((first, NOW + DAY), (tokens.issue(USER, "a@example.com", SESSION, NOW), NOW), ("", NOW)):
        with pytest.raises(Unauthorized):
            refresh.read(token, at)


def test_a_device_is_known_to_its_own_account_alone() -> None:
    token = devices.issue(USER, NOW)
    assert devices.read(token, USER, NOW + DAY) == devices.read(token, USER, NOW) is not None
    assert devices.read(token, BUSINESS, NOW) is None
    assert devices.read(token, USER, NOW + 401 * DAY) is None
    assert devices.read(forged(), USER, NOW) is None


def test_a_state_is_bound_to_person_and_business_for_ten_minutes() -> None:
    state = states.issue(USER, BUSINESS, NOW)
    read = states.read(state, NOW + dt.timedelta(minutes=9))
    assert (read.user_id, read.business_id) == (USER, BUSINESS)
    with pytest.raises(InvalidInput, match="expired"):
        states.read(state, NOW + dt.timedelta(minutes=10))


def test_no_two_states_are_alike() -> None:
    first, second = (states.read(states.issue(USER, BUSINESS, NOW), NOW) for _ in range(2))
    assert first.nonce != second.nonce


@pytest.mark.parametrize("state", ["", "x", forged(), tokens.issue(USER, "a@example.com", SESSION, NOW)])
def test_a_foreign_state_is_refused(state: str) -> None:
    with pytest.raises(InvalidInput):
        states.read(state, NOW)
