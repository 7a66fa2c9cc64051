"""Signing in with Google."""

import hmac
from typing import Annotated, Any
from urllib.parse import urlencode

from dishka import FromDishka
from dishka.integrations.litestar import inject
from litestar import Request, Router, get
from litestar.datastructures import Cookie
from litestar.params import QueryParameter
from litestar.response import Redirect

from vaultra_core.errors import NotFound, VaultraError
from vaultra_core.ports.sign_in import IdentityProvider
from vaultra_core.use_cases.sign_in_with_google import STATE_LIFE, SignInWithGoogle
from vaultra_http.auth_schemas import ProvidersView
from vaultra_http.authentication import public
from vaultra_http.cookies import journey_cookie, keep_session
from vaultra_http.responses import PUBLIC_READ, errors
from vaultra_http.site import PublicUrl

PATH = "/api/v1/auth/callback/google"
PAGE = "/auth/callback/google"
JOURNEY = "vaultra_google"
Text = Annotated[str | None, QueryParameter(max_length=4096)]
# `state` by itself is the framework's own name for something else.
StateText = Annotated[str | None, QueryParameter(name="state", max_length=4096)]


@get("/providers", summary="Which ways to sign in there are", responses=PUBLIC_READ, **public)
@inject
async def providers(google: FromDishka[IdentityProvider | None]) -> ProvidersView:
    return ProvidersView(password=True, google=google is not None)


@get(
    "/google",
    summary="Begin to sign in with Google",
    description="302 to Google's consent page.",
    status_code=302,
    responses=PUBLIC_READ | errors(404),
    **public,
)
@inject
async def begin(google: FromDishka[IdentityProvider | None], public_url: FromDishka[PublicUrl]) -> Redirect:
    if google is None:
        raise NotFound("Signing in with Google is not set up here.")
    journey = await google.begin(public_url + PATH)
    kept = ".".join((journey.state, journey.nonce, journey.verifier))
    return Redirect(journey.url, status_code=302, cookies=[_cookie(kept, public_url)])


@get(
    "/callback/google",
    summary="Where Google sends people back to",
    description="Always a redirect to the page of the same name, with the session in its cookie, or `error`.",
    status_code=302,
    responses=PUBLIC_READ,
    **public,
)
@inject
async def callback(
    request: Request[Any, Any, Any],
    google: FromDishka[IdentityProvider | None],
    use_case: FromDishka[SignInWithGoogle],
    public_url: FromDishka[PublicUrl],
    brought_back: StateText = None,
    code: Text = None,
) -> Redirect:
    journey = _journey(request.cookies.get(JOURNEY, ""))
    gone = _cookie("", public_url)
    if google is None or journey is None or not hmac.compare_digest(journey[0].encode(), (brought_back or "").encode()):
        return _refused("invalid_state", gone)
    if not code:
        return _refused("access_denied", gone)
    _, nonce, verifier = journey
    try:
        identity = await google.finish(code=code, nonce=nonce, verifier=verifier, redirect_uri=public_url + PATH)
        opened = await use_case.execute(identity, state=journey[0])
    except VaultraError as problem:
        return _refused(str(problem.details.get("reason", "failed")), gone)
    answer = Redirect(PAGE, status_code=302, cookies=[gone])
    keep_session(answer, opened, public_url)
    return answer


def _refused(code: str, cookie: Cookie) -> Redirect:
    return Redirect(f"{PAGE}?{urlencode({'error': code})}", status_code=302, cookies=[cookie])


def _journey(cookie: str) -> tuple[str, str, str] | None:
    """State, nonce and verifier, which are letters and digits."""
    parts = cookie.split(".")
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 and all(parts) else None


def _cookie(value: str, public_url: str) -> Cookie:
    return journey_cookie(JOURNEY, value, path=PATH, public_url=public_url, life=STATE_LIFE)


router = Router("/auth", route_handlers=[providers, begin, callback], tags=["auth"])
