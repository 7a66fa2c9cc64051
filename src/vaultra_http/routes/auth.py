"""Signing up, in and out."""

from typing import Any
from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import inject
from litestar import Request, Response, Router, delete, get, post
from litestar.params import FromPath, JSONBody

from vaultra_core.use_cases.end_session import EndSession
from vaultra_core.use_cases.get_profile import GetProfile
from vaultra_core.use_cases.list_sessions import ListSessions
from vaultra_core.use_cases.log_in import LogIn
from vaultra_core.use_cases.log_out import LogOut
from vaultra_core.use_cases.log_out_everywhere import LogOutEverywhere
from vaultra_core.use_cases.refresh_session import RefreshSession
from vaultra_core.use_cases.sign_up import SignUp
from vaultra_http.auth_schemas import AccessTokenView, SessionsView, SessionView, SignedIn
from vaultra_http.authentication import AuthenticatedRequest, public
from vaultra_http.cookies import DEVICE, REFRESH, forget_session, keep_refresh_token, keep_session
from vaultra_http.responses import PERSONAL_READ, PERSONAL_WRITE, PUBLIC_WRITE, errors
from vaultra_http.schemas import LogInBody, ProfileView, SignUpBody, UserView
from vaultra_http.site import PublicUrl

AnyRequest = Request[Any, Any, Any]


@post("/signup", summary="Sign up", responses=PUBLIC_WRITE | errors(409, 429), **public)
@inject
async def sign_up(
    data: JSONBody[SignUpBody], use_case: FromDishka[SignUp], public_url: FromDishka[PublicUrl]
) -> Response[SignedIn]:
    opened = await use_case.execute(email=data.email, password=data.password, name=data.name.strip())
    response = Response(SignedIn(UserView.of(opened.user), opened.access_token))
    keep_session(response, opened, public_url)
    return response


@post("/login", summary="Log in", status_code=200, responses=PUBLIC_WRITE | errors(401, 429), **public)
@inject
async def log_in(
    request: AnyRequest,
    data: JSONBody[LogInBody],
    use_case: FromDishka[LogIn],
    public_url: FromDishka[PublicUrl],
) -> Response[SignedIn]:
    device = request.cookies.get(DEVICE)
    opened = await use_case.execute(email=data.email, password=data.password, device_token=device)
    response = Response(SignedIn(UserView.of(opened.user), opened.access_token))
    keep_session(response, opened, public_url)
    return response


@post(
    "/refresh",
    summary="Renew the access token",
    description="By the refresh cookie, which is renewed with it. One that was used before ends the session.",
    status_code=200,
    responses=PUBLIC_WRITE | errors(401),
    **public,
)
@inject
async def refresh(
    request: AnyRequest, use_case: FromDishka[RefreshSession], public_url: FromDishka[PublicUrl]
) -> Response[AccessTokenView]:
    refreshed = await use_case.execute(request.cookies.get(REFRESH, ""))
    response = Response(AccessTokenView(refreshed.access_token))
    keep_refresh_token(response, refreshed.refresh_token, refreshed.expires_at, public_url)
    return response


@post(
    "/logout",
    summary="Log out",
    description="Ends the session of the refresh cookie and of the bearer token, whichever is there.",
    status_code=204,
    responses=PUBLIC_WRITE,
    **public,
)
@inject
async def log_out(
    request: AnyRequest, use_case: FromDishka[LogOut], public_url: FromDishka[PublicUrl]
) -> Response[None]:
    bearer = request.headers.get("Authorization", "").partition(" ")[2].strip()
    await use_case.execute(access_token=bearer or None, refresh_token=request.cookies.get(REFRESH))
    return _signed_out(public_url)


@post("/logout-everywhere", summary="Log out on every device", status_code=204, responses=PERSONAL_WRITE)
@inject
async def log_out_everywhere(
    request: AuthenticatedRequest, use_case: FromDishka[LogOutEverywhere], public_url: FromDishka[PublicUrl]
) -> Response[None]:
    await use_case.execute(request.user)
    return _signed_out(public_url)


def _signed_out(public_url: str) -> Response[None]:
    response = Response(None, status_code=204)
    forget_session(response, public_url)
    return response


@get("/sessions", summary="Where one is signed in", responses=PERSONAL_READ)
@inject
async def list_sessions(request: AuthenticatedRequest, use_case: FromDishka[ListSessions]) -> SessionsView:
    sessions = await use_case.execute(request.user)
    return SessionsView([SessionView.of(session, request.auth.session_id) for session in sessions])


@delete("/sessions/{session:uuid}", summary="Log out on another device", responses=PERSONAL_READ | errors(404))
@inject
async def end_session(request: AuthenticatedRequest, session: FromPath[UUID], use_case: FromDishka[EndSession]) -> None:
    await use_case.execute(request.user, session)


@get("/me", summary="Who is signed in", responses=PERSONAL_READ)
@inject
async def me(request: AuthenticatedRequest, use_case: FromDishka[GetProfile]) -> ProfileView:
    return ProfileView.of(*await use_case.execute(request.user))


router = Router(
    "/auth",
    route_handlers=[sign_up, log_in, refresh, log_out, log_out_everywhere, list_sessions, end_session, me],
    tags=["auth"],
)
