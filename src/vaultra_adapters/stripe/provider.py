"""Stripe through its official SDK: connect, list, verify. The API version is the SDK's own, pinned by the lock."""

import asyncio
import email.utils
import logging
import time
from collections.abc import Awaitable, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import msgspec
import stripe
from stripe.oauth_error import OAuthError

from vaultra_adapters.settings import Settings
from vaultra_adapters.stripe.listed import platform_event, read_events, read_objects
from vaultra_adapters.stripe.pages import read_page
from vaultra_adapters.stripe.retrieve import retrieve
from vaultra_adapters.stripe.signature import verify
from vaultra_core.domain.ledger import BalanceTransaction, Record, Subscription
from vaultra_core.domain.stripe_objects import observe_account
from vaultra_core.errors import Forbidden, InvalidInput, NotFound, Unavailable
from vaultra_core.ports.payments import ConnectedAccount, EventPage, Page, PlatformEvent

logger = logging.getLogger(__name__)

PAGE_SIZE = 100
RETRIES = 4
PATHS = {
    "charge": "/v1/charges",
    "refund": "/v1/refunds",
    "dispute": "/v1/disputes",
    "payout": "/v1/payouts",
    "subscription": "/v1/subscriptions",
    "balance_transaction": "/v1/balance_transactions",
}
EXPANDED: Mapping[str, list[str]] = {
    "charge": ["data.balance_transaction"],
    # Tiers would be a fifth level, which Stripe does not expand: tiered prices come without their amounts.
    "subscription": ["data.discounts.source.coupon"],
}


class StripeProvider:
    """The platform's own key plus a `Stripe-Account` header on every call; an account's own token is never used."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._webhook_secrets = settings.webhook_secrets
        self._http = stripe.AIOHTTPClient(timeout=30)
        self._client = stripe.StripeClient(
            settings.stripe_secret_key or "sk_unset",
            base_addresses={"api": settings.stripe_api_base, "connect": settings.stripe_connect_base},
            http_client=self._http,
            max_network_retries=RETRIES,
        )

    async def close(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call] # the SDK left it so

    def authorize_url(self, *, state: str, redirect_uri: str) -> str:
        if not (self._settings.stripe_connect_client_id and self._settings.stripe_secret_key):
            raise Unavailable("Connecting to Stripe is not set up on this server.", dependency="stripe")
        query = {
            "response_type": "code",
            "client_id": self._settings.stripe_connect_client_id,
            "scope": "read_only",
            "redirect_uri": redirect_uri,
            "state": state,
        }
        return f"{self._settings.stripe_connect_base}/oauth/authorize?{urlencode(query)}"

    async def exchange_code(self, code: str) -> ConnectedAccount:
        response = await _call(
            self._client.raw_request_async(
                "post",
                "/oauth/token",
                base="connect",
                grant_type="authorization_code",
                code=code,
                client_secret=self._settings.stripe_secret_key,
            )
        )
        external_id, livemode = response.data["stripe_user_id"], bool(response.data["livemode"])
        answer = await _call(self._client.raw_request_async("get", f"/v1/accounts/{external_id}"))
        account = observe_account(answer.body)
        return ConnectedAccount(
            external_id=external_id,
            livemode=livemode,
            currency=account.currency,
            timezone=account.timezone,
            created=account.created,
            display_name=account.display_name,
            access_token=response.data.get("access_token"),
            sample_data=self._settings.sandbox,
        )

    async def deauthorize(self, external_id: str) -> None:
        try:
            await _call(
                self._client.raw_request_async(
                    "post",
                    "/oauth/deauthorize",
                    base="connect",
                    client_id=self._settings.stripe_connect_client_id,
                    stripe_user_id=external_id,
                )
            )
        except (Forbidden, InvalidInput, NotFound) as error:
            logger.info("deauthorize %s: %s", external_id, error.message)  # gone already, which is what was wanted

    async def list_page(
        self, external_id: str, kind: str, *, starts_at: int, ends_at: int, cursor: str | None, expand: bool = True
    ) -> Page:
        parameters = {
            "limit": PAGE_SIZE,
            "created": {"gte": starts_at, "lt": ends_at},
            **({"status": "all"} if kind == Subscription.kind else {}),
            **({"expand": EXPANDED[kind]} if expand and kind in EXPANDED else {}),
            **({"starting_after": cursor} if cursor else {}),
        }
        items, has_more, observed_at = await self._list(PATHS[kind], external_id, parameters)
        return read_objects(kind, items, has_more, observed_at)

    async def list_payout(self, external_id: str, payout: str, *, cursor: str | None) -> Page:
        parameters = {"limit": PAGE_SIZE, "payout": payout, **({"starting_after": cursor} if cursor else {})}
        items, has_more, observed_at = await self._list(PATHS[BalanceTransaction.kind], external_id, parameters)
        return read_objects(BalanceTransaction.kind, items, has_more, observed_at)

    async def retrieve(self, external_id: str, kind: str, object_id: str) -> Sequence[Record]:
        async def ask(path: str, parameters: Mapping[str, Any]) -> tuple[bytes, int]:
            asked = time.time()
            answer = await _call(self._client.raw_request_async("get", path, stripe_account=external_id, **parameters))
            return answer.body, _observed_at(asked, time.time(), answer.headers.get("Date"))

        return await retrieve(ask, PATHS[kind], kind, object_id)

    async def list_events(
        self, external_id: str, *, since: int, cursor: str | None, undelivered: bool = False
    ) -> EventPage:
        parameters: dict[str, Any] = {"limit": PAGE_SIZE, "created": {"gte": since}}
        if cursor:
            parameters["starting_after"] = cursor
        if undelivered:
            parameters["delivery_success"] = "false"
        items, has_more, listed_at = await self._list("/v1/events", external_id, parameters)
        return read_events(items, has_more, listed_at, account=external_id)

    async def retrieve_event(self, external_id: str, event_id: str) -> PlatformEvent:
        path = f"/v1/events/{quote(event_id, safe='')}"
        answer = await _call(self._client.raw_request_async("get", path, stripe_account=external_id))
        return msgspec.structs.replace(platform_event(answer.body), account=external_id)

    def read_webhook(self, payload: bytes, signature: str) -> PlatformEvent:
        verify(payload, signature, self._webhook_secrets, now=int(time.time()))
        return platform_event(payload)

    async def _list(
        self, path: str, external_id: str, parameters: dict[str, Any]
    ) -> tuple[list[msgspec.Raw], bool, int]:
        """A page's objects, whether there are more, and the moment at which they certainly were as they are shown."""
        page = await _call(read_page(self._client, path, external_id, parameters))
        return page.items, page.has_more, _observed_at(page.asked, page.answered, page.date)


def _observed_at(asked: float, answered: float, date_header: str | None) -> int:
    """When the request started, by Stripe's clock: an event after that moment is newer than the page.

    Only Stripe's own clock can be compared with `event.created`; its Date header tells how far ours is off.
    """
    try:
        theirs = email.utils.parsedate_to_datetime(date_header or "").timestamp()
    except (TypeError, ValueError):
        return int(asked)
    return int(min(asked, theirs - (answered - asked)))


async def _call(request: Awaitable[Any]) -> Any:
    """The SDK's answer, with its errors as ours. It retries what can be retried by itself, with backoff."""
    try:
        async with asyncio.timeout(120):
            return await request
    except stripe.PermissionError:
        raise Forbidden("Stripe says that access to this account was withdrawn.", reason="revoked") from None
    except stripe.AuthenticationError:
        raise Unavailable("Stripe refuses this server's key.", dependency="stripe", retry_after=300) from None
    except (OAuthError, stripe.InvalidRequestError) as error:
        if error.http_status == HTTPStatus.NOT_FOUND:
            raise NotFound(f"Stripe has no such object: {error}", reason="gone") from None
        raise InvalidInput(f"Stripe refused the request: {error}", reason="refused") from None
    except stripe.RateLimitError:
        raise Unavailable("Stripe asks for fewer requests.", dependency="stripe", retry_after=30) from None
    except (stripe.StripeError, aiohttp.ClientError, TimeoutError, msgspec.DecodeError):
        raise Unavailable("Stripe cannot be reached.", dependency="stripe", retry_after=30) from None
