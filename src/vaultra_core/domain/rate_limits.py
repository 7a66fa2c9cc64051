"""How often somebody may try, such that guessing is hopeless and nobody can lock out anybody else.

A guess at a password counts three times: for the address that it comes from, for the account from this address, and
for the account from anywhere. The last is the only one that an attacker can use up for somebody else, and a browser
that has been signed in to the account before (it holds a signed cookie that says so) has a count of its own instead.
A good sign-in takes its counts back. Resetting the password by mail and Google stay open in any case.
"""

import hashlib
import ipaddress
from typing import Final

import msgspec


class Limit(msgspec.Struct, frozen=True):
    """So many tries at once, and one more each `every` seconds."""

    name: str
    burst: int
    every: float


class Tries(msgspec.Struct, frozen=True):
    """Whose tries are counted, under which limit. `key` is a hash: no address of anybody is kept."""

    key: bytes
    limit: Limit


# Judgement: a person mistypes a few times, an office shares an address, a list of leaked passwords has thousands.
SIGN_IN_ADDRESS: Final = Limit("sign-in address", 60, 5)
SIGN_IN_ACCOUNT_ADDRESS: Final = Limit("sign-in account and address", 10, 60)
SIGN_IN_ACCOUNT: Final = Limit("sign-in account", 100, 30)
SIGN_IN_DEVICE: Final = Limit("sign-in device", 10, 60)
SIGN_UP_ADDRESS: Final = Limit("sign-up address", 100, 6)
MAIL_ADDRESS: Final = Limit("mail address", 20, 60)
MAIL_ACCOUNT: Final = Limit("mail account", 5, 600)
PASSWORD_ACCOUNT: Final = Limit("password account", 10, 60)


def tries(limit: Limit, *whose: str | None) -> Tries:
    text = "\0".join([limit.name, *(part or "" for part in whose)])
    return Tries(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest(), limit)


def network(address: str | None) -> str | None:
    """Whom an address stands for: an IPv6 customer has a whole /64 to try from."""
    if address is None or ":" not in address:
        return address
    return str(ipaddress.ip_network((address, 64), strict=False))


def sign_in_tries(email: str, address: str | None, device: str | None) -> list[Tries]:
    """What one try to sign in counts for. `device` is known to belong to this account."""
    account, where = email.lower(), network(address)
    counted = [tries(SIGN_IN_ADDRESS, where)]
    if device is not None:
        return [*counted, tries(SIGN_IN_DEVICE, account, device)]
    return [*counted, tries(SIGN_IN_ACCOUNT_ADDRESS, account, where), tries(SIGN_IN_ACCOUNT, account)]
