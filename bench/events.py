"""Events as Stripe sends them, each once: charges of one account, one a second in the order of time, or scattered over
400 days."""

import time
from collections.abc import Iterator

import msgspec

from bench.load import post
from support.product import signed
from vaultra_sandbox import shapes

DAYS = 400
AGE = 3 * 86_400  # how long Stripe tries to deliver


def payloads(account: str, count: int, *, start: int = 0, scattered: bool = False) -> Iterator[bytes]:
    now = int(time.time())
    for number in range(start, start + count):
        created = now - (number * 7919 % (DAYS * 86_400) if scattered else AGE - number % AGE)
        charge = shapes.charge(
            id=f"ch_bench{number:010d}",
            created=created,
            amount=500 + number % 19_500,
            currency="usd",
            customer=f"cus_bench{number % 2_000}",
            balance_transaction=f"txn_bench{number:010d}",
        )
        event = shapes.event(
            id=f"evt_bench{number:010d}",
            created=created,
            type="charge.succeeded",
            object=charge,
            previous=None,
            pending=1,
        )
        yield msgspec.json.encode({**event, "account": account})


def webhooks(account: str, count: int, *, start: int = 0) -> list[bytes]:
    """Signed requests, good for the next five minutes."""
    return [
        post("/api/v1/webhooks/stripe", body, Stripe_Signature=signed(body))
        for body in payloads(account, count, start=start)
    ]
