"""Who is at the other end, when there may be proxies in between."""

import ipaddress
from collections.abc import Sequence

from litestar.types import Scope

Networks = Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def client_address(scope: Scope, trusted: Networks) -> str | None:
    """The address of the client: of whoever connected, or, as long as that is a trusted proxy, of whom it names.

    `X-Forwarded-For` grows to the right, so it is read from there: what stands left of the first address that is not
    trusted was written by somebody we have no reason to believe.
    """
    peer = _address(scope["client"][0]) if scope.get("client") else None  # type: ignore[index] # checked just now
    for name in reversed(_forwarded_for(scope)):
        if peer is None or not _within(peer, trusted):
            break
        before = _address(name)
        if before is None:
            break
        peer = before
    return str(peer) if peer else None


def _forwarded_for(scope: Scope) -> list[str]:
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return [part.strip() for part in ",".join(values).split(",")] if values else []


def _address(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    # A socket that takes both shows IPv4 as ::ffff:192.0.2.1.
    return address.ipv4_mapped or address if isinstance(address, ipaddress.IPv6Address) else address


def _within(address: Address, networks: Networks) -> bool:
    return any(address in network for network in networks)
