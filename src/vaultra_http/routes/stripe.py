"""Connecting a Stripe account, watching its import, taking its webhooks."""

import hmac
from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import inject
from litestar import Request, Response, Router, delete, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery, QueryParameter
from litestar.response import Redirect

from vaultra_core.domain.accounts import IntegrationStatus
from vaultra_core.errors import Conflict, Forbidden, InvalidInput, Unavailable, VaultraError
from vaultra_core.identity import Caller
from vaultra_core.ports.runtime import STATE_LIFE
from vaultra_core.use_cases.disconnect_stripe import DisconnectStripe
from vaultra_core.use_cases.finish_connect import FinishConnect
from vaultra_core.use_cases.get_connection import GetConnection
from vaultra_core.use_cases.receive_webhook import ReceiveWebhook
from vaultra_core.use_cases.start_connect import StartConnect
from vaultra_http.authentication import provide_owner, provide_viewer, public
from vaultra_http.cookies import journey_cookie
from vaultra_http.rendering import raw
from vaultra_http.responses import BUSINESS_READ, BUSINESS_WRITE, PUBLIC_READ, PUBLIC_WRITE, TO_STRIPE
from vaultra_http.schemas import AuthorizeView, ConnectionView, HealthView
from vaultra_http.site import PublicUrl

CALLBACK = "/api/v1/integrations/stripe/callback"
JOURNEY = "vaultra_connect"
WEBHOOK_LIMIT = 1024 * 1024
Text = Annotated[str | None, QueryParameter(max_length=4096)]
# `state` by itself is the framework's own name for something else.
StateText = Annotated[str | None, QueryParameter(name="state", max_length=4096)]


@get(
    "/connect",
    summary="Begin to connect Stripe",
    description="302 to Stripe's consent page, or its URL as JSON when `Accept` prefers JSON. A cookie comes along "
    "that has to be there on the way back, within ten minutes.",
    dependencies={"caller": Provide(provide_owner)},
    responses=BUSINESS_WRITE | TO_STRIPE,
)
@inject
async def connect(
    request: Request[Any, Any, Any],
    caller: NamedDependency[Caller],
    use_case: FromDishka[StartConnect],
    public_url: FromDishka[PublicUrl],
) -> Response[AuthorizeView]:
    departure = await use_case.execute(caller, redirect_uri=public_url + CALLBACK)
    cookie = _cookie(departure.state, public_url)
    if request.accept.best_match(["text/html", "application/json"]) == "application/json":
        return Response(AuthorizeView(departure.url), cookies=[cookie])
    return Redirect(departure.url, status_code=302, cookies=[cookie])


@get(
    "/callback",
    summary="Where Stripe sends the owner back to",
    description="Always a redirect: to the dashboard, or to the connect page with `error` and `message`.",
    status_code=302,
    responses=PUBLIC_READ,
    **public,
)
@inject
async def callback(
    request: Request[Any, Any, Any],
    use_case: FromDishka[FinishConnect],
    public_url: FromDishka[PublicUrl],
    signed_state: StateText = None,
    code: Text = None,
    error: Text = None,
) -> Redirect:
    signed_state = signed_state or ""
    business_id: UUID | None = None
    arrived: list[Cookie] = []
    try:
        asked = use_case.read_state(signed_state)
        business_id = asked.business_id
        if not _began_here(request, signed_state):
            return _refused("other_browser", "This connection was begun in another browser.", business_id)
        arrived = [_cookie("", public_url)]
        if error or not code:
            return _refused("access_denied", "You did not give access, so nothing was connected.", business_id, arrived)
        await use_case.execute(state=asked, code=code)
    except VaultraError as problem:
        return _refused(_reason(problem), problem.message, business_id, arrived)
    query = urlencode({"business_id": str(business_id)})
    return Redirect(f"/dashboard?{query}", status_code=302, cookies=arrived)


def _began_here(request: Request[Any, Any, Any], state: str) -> bool:
    """Else an owner could send the link on, and somebody else's account would land in the owner's business."""
    return hmac.compare_digest(request.cookies.get(JOURNEY, "").encode(), state.encode())


def _refused(code: str, message: str, business_id: UUID | None, cookies: Sequence[Cookie] = ()) -> Redirect:
    query = {"error": code, "message": message} | ({"business_id": str(business_id)} if business_id else {})
    return Redirect(f"/onboarding/stripe-connect?{urlencode(query)}", status_code=302, cookies=cookies)


def _cookie(state: str, public_url: str) -> Cookie:
    return journey_cookie(JOURNEY, state, path=CALLBACK, public_url=public_url, life=STATE_LIFE)


def _reason(problem: VaultraError) -> str:
    if isinstance(problem, InvalidInput):
        return "expired_state" if problem.details.get("reason") == "expired" else "invalid_state"
    reasons = {Conflict: "already_connected", Forbidden: "forbidden", Unavailable: "stripe_unavailable"}
    return reasons.get(type(problem), "failed")


@get(
    "/status",
    summary="The connection and how far its import is",
    dependencies={"caller": Provide(provide_viewer)},
    responses=BUSINESS_READ,
)
@inject
async def status(caller: NamedDependency[Caller], use_case: FromDishka[GetConnection]) -> ConnectionView:
    connection = await use_case.execute(caller)
    if connection is None or connection.integration.status is IntegrationStatus.REVOKED:
        return ConnectionView(connected=False)
    return ConnectionView.of(connection)


@delete(
    "/",
    summary="Disconnect Stripe",
    description="At once; access is given back at Stripe as soon as that answers. History stays unless `purge=true`.",
    dependencies={"caller": Provide(provide_owner)},
    responses=BUSINESS_WRITE,
)
@inject
async def disconnect(
    caller: NamedDependency[Caller], use_case: FromDishka[DisconnectStripe], purge: FromQuery[bool] = False
) -> None:
    await use_case.execute(caller, purge=purge)


@post(
    "/webhooks/stripe",
    summary="Stripe's webhooks",
    description="Verified by `Stripe-Signature` over the raw body; 200 once the event is durably stored.",
    status_code=200,
    request_max_body_size=WEBHOOK_LIMIT,
    tags=["stripe"],
    responses=PUBLIC_WRITE,
    opt=public["opt"] | raw,
    security=public["security"],
)
@inject
async def webhook(request: Request[Any, Any, Any], use_case: FromDishka[ReceiveWebhook]) -> HealthView:
    await use_case.execute(payload=await request.body(), signature=request.headers.get("Stripe-Signature", ""))
    return HealthView("ok")


router = Router("/integrations/stripe", route_handlers=[connect, callback, status, disconnect], tags=["stripe"])
