"""One page of a list, as bytes that are decoded once, asked for again as long as the trouble may pass.

The SDK's ordinary call decodes every body into dictionaries that nobody here wants; that cost more than all the rest
of an import. Its streaming call hands the bytes over and does everything else the same.
"""

import asyncio
import logging
import random
import time
from collections.abc import Mapping
from typing import Any

import aiohttp
import msgspec
import stripe

logger = logging.getLogger(__name__)

ATTEMPTS = 8  # that failed; being asked to slow down is none of them
FIRST_PAUSE = 0.25  # seconds; doubled from attempt to attempt
LONGEST_PAUSE = 8.0
ANSWER_WAIT = 30.0
# Too many requests, trouble on Stripe's side or on the way, a body that breaks off. Everything else is an answer.
PASSING = (
    stripe.RateLimitError,
    stripe.APIConnectionError,
    stripe.APIError,
    aiohttp.ClientError,
    TimeoutError,
    msgspec.DecodeError,
)


class ListPage(msgspec.Struct, frozen=True):
    """The objects, still encoded; `asked` and `answered` are when, by our clock, and `date` is Stripe's header."""

    items: list[msgspec.Raw]
    has_more: bool
    asked: float
    answered: float
    date: str | None


class _List(msgspec.Struct):
    data: list[msgspec.Raw]
    has_more: bool


_LIST = msgspec.json.Decoder(_List)


async def read_page(
    client: stripe.StripeClient, path: str, external_id: str, parameters: Mapping[str, Any]
) -> ListPage:
    """Read a page whole or not at all. Raise what Stripe or the network said once the attempts are used up.

    Readers that are many for an account's rate limit are refused time and again, and yet all of them get on: a 429
    costs no attempt. The caller's patience bounds it.
    """
    asked = failed = 0
    while True:
        try:
            return await _ask(client, path, external_id, parameters)
        except PASSING as error:
            asked += 1
            failed += not isinstance(error, stripe.RateLimitError)
            if failed == ATTEMPTS:
                raise
            pause = pause_before(asked, error)
            logger.info("%s of %s: %s; asking again in %.1f s", path, external_id, type(error).__name__, pause)
        await asyncio.sleep(pause)


def pause_before(attempt: int, error: Exception) -> float:
    """Seconds to wait after this many attempts: doubling, between half and all of it by chance, so that readers that
    were refused together do not come back together; longer when the answer says so (`Retry-After`)."""
    pause: float = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (attempt - 1)) * random.uniform(0.5, 1)  # noqa: S311
    headers = getattr(error, "headers", None) or {}
    asked_for = str(next((value for name, value in headers.items() if name.lower() == "retry-after"), ""))
    return max(pause, min(LONGEST_PAUSE, float(asked_for))) if asked_for.isdigit() else pause


async def _ask(client: stripe.StripeClient, path: str, external_id: str, parameters: Mapping[str, Any]) -> ListPage:
    asked = time.time()
    async with asyncio.timeout(ANSWER_WAIT):
        # Public in all but its name: what the SDK's own binary downloads (`quotes.pdf`) are built on. Its retries are
        # off, because they know neither 429 nor a body that breaks off, and one loop is enough.
        answer = await client._requestor.request_stream_async(
            "get",
            path,
            params=parameters,
            options={"stripe_account": external_id, "max_network_retries": 0},
            base_address="api",
        )
        body = await answer.read_async()
    page = _LIST.decode(body)
    return ListPage(page.data, page.has_more, asked, time.time(), answer.headers.get("Date"))
