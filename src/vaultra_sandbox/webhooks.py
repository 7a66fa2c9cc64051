"""Webhooks: events of authorised accounts go to the platform's endpoint, signed as Stripe signs them, until it says
200. The queue is in the store, so that a restart forgets nothing."""

import asyncio
import contextlib
import hashlib
import hmac
import logging
import time
from collections.abc import Sequence
from typing import Final

import aiohttp
import msgspec

from vaultra_sandbox.sandbox import Sandbox
from vaultra_sandbox.store import Store

BATCH: Final = 64  # read from the queue, and sent, at once
TIMEOUT: Final = aiohttp.ClientTimeout(total=20)
FIRST_RETRY: Final = 1.0  # seconds, doubled each time
LONGEST_RETRY: Final = 60.0  # Stripe waits up to hours; a sandbox's owner is watching
GIVE_UP: Final = 3 * 86_400  # seconds after the event, as in live mode
_log: Final = logging.getLogger(__name__)


class Delivery(msgspec.Struct, frozen=True):
    """One event on its way."""

    event: int  # its `seq`
    account: str
    created: int
    attempts: int
    body: bytes

    def payload(self) -> bytes:
        """A Connect event: the event with the account that it came from."""
        return b'{"account":"%s",%s' % (self.account.encode(), self.body[1:])


def signature(payload: bytes, secret: str, moment: int) -> str:
    """The `Stripe-Signature` header (https://docs.stripe.com/webhooks#verify-manually)."""
    signed = hmac.new(secret.encode(), b"%d.%s" % (moment, payload), hashlib.sha256).hexdigest()
    return f"t={moment},v1={signed}"


async def deliver(sandbox: Sandbox) -> None:
    """Deliver for ever: what is due, oldest first, a few at a time."""
    async with aiohttp.ClientSession(timeout=TIMEOUT, connector=aiohttp.TCPConnector(limit=16)) as session:
        while True:
            sandbox.woken.clear()
            due = _due(sandbox.store, time.time())
            endpoint = sandbox.store.meta("webhook_url")
            if not due or endpoint is None:
                await _wait(sandbox)
                continue
            secret = sandbox.store.meta("webhook_secret") or ""
            taken = await asyncio.gather(*(_send(session, endpoint, secret, one) for one in due))
            await sandbox.write(lambda store, due=due, taken=taken: _settle(store, due, taken))  # type: ignore[misc]


async def _wait(sandbox: Sandbox) -> None:
    with contextlib.suppress(TimeoutError):
        # Not `wait_for`: cancelled in the moment in which it is woken, it forgets that it was (Python 3.11).
        async with asyncio.timeout(0.5):
            await sandbox.woken.wait()


async def _send(session: aiohttp.ClientSession, endpoint: str, secret: str, delivery: Delivery) -> bool:
    payload = delivery.payload()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature(payload, secret, int(time.time())),
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    }
    try:
        async with session.post(endpoint, data=payload, headers=headers, allow_redirects=False) as answer:
            await answer.read()
            return 200 <= answer.status < 300
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        _log.info("webhook to %s failed: %s", endpoint, error)
        return False


def _due(store: Store, now: float) -> list[Delivery]:
    rows = store.db.execute(
        "SELECT d.event, a.id, o.created, d.attempts, o.body FROM deliveries d "
        "JOIN objects o ON o.seq = d.event JOIN accounts a ON a.number = d.account "
        "WHERE d.next_at <= ? ORDER BY d.event LIMIT ?",
        (now, BATCH),
    )
    return [Delivery(event, id_.decode(), created, attempts, body) for event, id_, created, attempts, body in rows]


def _settle(store: Store, sent: Sequence[Delivery], taken: Sequence[bool]) -> None:
    """Delivered events leave the queue; the others wait longer each time, and stay as failed in the end."""
    now = time.time()
    with store.writing():
        for delivery, ok in zip(sent, taken, strict=True):
            if ok:
                store.db.execute("DELETE FROM deliveries WHERE event = ?", (delivery.event,))
                store.db.execute(
                    "UPDATE objects SET body = replace(body, '\"pending_webhooks\":1', '\"pending_webhooks\":0') "
                    "WHERE seq = ?",
                    (delivery.event,),
                )
                continue
            wait = min(LONGEST_RETRY, FIRST_RETRY * 2**delivery.attempts)
            next_at = now + wait if now + wait < delivery.created + GIVE_UP else None
            store.db.execute(
                "UPDATE deliveries SET attempts = attempts + 1, next_at = ? WHERE event = ?", (next_at, delivery.event)
            )
