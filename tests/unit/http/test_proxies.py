"""A client cannot choose the address that it is known by."""

import ipaddress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaultra_http.proxies import client_address

PROXIES = [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8")]


def scope(peer: str | None, *forwarded: str) -> Any:
    headers = [(b"x-forwarded-for", value.encode("latin-1")) for value in forwarded]
    return {"type": "http", "client": (peer, 1) if peer else None, "headers": headers}


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.1", [], "203.0.113.1"),
        ("203.0.113.1", ["198.51.100.1"], "203.0.113.1"),  # not a proxy of ours
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.66, 198.51.100.1"], "198.51.100.1"),  # the left one is the client's own invention
        ("10.0.0.1", ["198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1", "10.0.0.2"], "198.51.100.1"),  # two headers are one list
        ("10.0.0.1", ["198.51.100.1, nonsense"], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("::ffff:10.0.0.1", ["2001:db8::1"], "2001:db8::1"),
        ("fd00::1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["10.0.0.3"], "10.0.0.3"),
        (None, ["198.51.100.1"], None),  # a socket file: nobody can be told apart
    ],
)
def test_only_a_trusted_proxy_may_speak_for_a_client(peer: str | None, forwarded: list[str], client: str) -> None:
    assert client_address(scope(peer, *forwarded), PROXIES) == client


@given(st.lists(st.text(st.characters(max_codepoint=255), max_size=40), max_size=4))
def test_whatever_the_header_says_a_stranger_stays_who_they_are(forwarded: list[str]) -> None:
    assert client_address(scope("203.0.113.1", *forwarded), PROXIES) == "203.0.113.1"
    assert client_address(scope("10.0.0.1", *forwarded, "203.0.113.1"), PROXIES) == "203.0.113.1"
