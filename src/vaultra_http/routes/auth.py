from dishka import FromDishka
from dishka.integrations.litestar import inject
from litestar import Router, get, post
from litestar.params import JSONBody

from vaultra_core.use_cases.get_profile import GetProfile
from vaultra_core.use_cases.log_in import LogIn
from vaultra_core.use_cases.sign_up import SignUp
from vaultra_http.authentication import AuthenticatedRequest, public
from vaultra_http.responses import PERSONAL_READ, PUBLIC_WRITE, errors
from vaultra_http.schemas import LogInBody, ProfileView, SignedIn, SignUpBody, UserView


@post("/signup", summary="Sign up", responses=PUBLIC_WRITE | errors(409), **public)
@inject
async def sign_up(data: JSONBody[SignUpBody], use_case: FromDishka[SignUp]) -> SignedIn:
    user, token = await use_case.execute(email=data.email, password=data.password, name=data.name.strip())
    return SignedIn(UserView.of(user), token)


@post("/login", summary="Log in", status_code=200, responses=PUBLIC_WRITE | errors(401), **public)
@inject
async def log_in(data: JSONBody[LogInBody], use_case: FromDishka[LogIn]) -> SignedIn:
    user, token = await use_case.execute(email=data.email, password=data.password)
    return SignedIn(UserView.of(user), token)


@get("/me", summary="Who is signed in", responses=PERSONAL_READ)
@inject
async def me(request: AuthenticatedRequest, use_case: FromDishka[GetProfile]) -> ProfileView:
    return ProfileView.of(*await use_case.execute(request.user))


router = Router("/auth", route_handlers=[sign_up, log_in, me], tags=["auth"])
