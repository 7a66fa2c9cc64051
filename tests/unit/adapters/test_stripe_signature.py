import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from support.product import signed
from vaultra_adapters.stripe.signature import TOLERANCE_SECONDS, verify
from vaultra_core.errors import InvalidInput, Unavailable

PAYLOAD, NOW, SECRET = b'{"id":"evt_1"}', 1_750_000_000, "whsec_now"


def good(payload: bytes = PAYLOAD, at: int = NOW) -> str:
    return signed(payload, secret=SECRET, at=at)


@pytest.mark.parametrize("secrets", [(SECRET,), ("whsec_old", SECRET), (SECRET, "whsec_next")])
def test_any_of_the_secrets_may_have_signed(secrets: tuple[str, ...]) -> None:
    verify(PAYLOAD, good(), secrets, now=NOW)


def test_any_v1_of_several_may_match() -> None:
    verify(PAYLOAD, f"{good()},v1={'0' * 64},v0=abc", (SECRET,), now=NOW)


@pytest.mark.parametrize("offset", [TOLERANCE_SECONDS + 1, -TOLERANCE_SECONDS - 1])
def test_too_old_and_from_the_future_are_refused(offset: int) -> None:
    verify(PAYLOAD, good(), (SECRET,), now=NOW + TOLERANCE_SECONDS)
    with pytest.raises(InvalidInput):
        verify(PAYLOAD, good(), (SECRET,), now=NOW + offset)


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "t=",
        "t=x,v1=y",
        f"t={NOW}",
        f"t={NOW},v1=",
        f"t={NOW},v1=é",
        f"t={NOW},v1={'0' * 64}",
        f"t={'9' * 5000},v1=0",
        "v1=abc",
        ",,,=",
        good(b"another body"),
        good(at=NOW - 1).replace(f"t={NOW - 1}", f"t={NOW}"),
    ],
)
def test_anything_else_is_refused(signature: str) -> None:
    with pytest.raises(InvalidInput):
        verify(PAYLOAD, signature, (SECRET,), now=NOW)


def test_a_time_that_nobody_signed_is_refused() -> None:
    signature = f"{good(at=NOW - 400)},t={NOW}"
    for now in (NOW - 400, NOW):
        with pytest.raises(InvalidInput):
            verify(PAYLOAD, signature, (SECRET,), now=now)


def test_without_a_secret_nothing_is_trusted() -> None:
    with pytest.raises(Unavailable):
        verify(PAYLOAD, good(), (), now=NOW)


def by_the_sdk(payload: bytes, signature: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(payload, signature, SECRET)
    except (stripe.SignatureVerificationError, ValueError):
        return False
    return True


def by_us(payload: bytes, signature: str) -> bool:
    try:
        verify(payload, signature, (SECRET,), now=NOW)
    except InvalidInput:
        return False
    return True


V1 = good().partition(",v1=")[2]
PARTS = [f"v1={V1}", f"v1={V1[:-1]}", f"v1={V1}0", f"v0={V1}", f" v1={V1}", f"v1={V1.upper()}", "v1=", ""]


@given(
    st.lists(st.sampled_from(PARTS), max_size=4),
    st.sampled_from([f"t={NOW}", f"t={NOW}0", "t=", "t=now", "T=1", ""]),
    st.integers(0, 4),
    st.sampled_from([PAYLOAD, PAYLOAD + b" ", PAYLOAD[:-1], b""]),
)
def test_the_verdict_is_that_of_the_official_sdk(parts: list[str], moment: str, place: int, payload: bytes) -> None:
    parts.insert(place, moment)
    signature = ",".join(parts)
    assert by_us(payload, signature) == by_the_sdk(payload, signature)
