"""Passwords, and the links that go out by mail."""

from dishka import FromDishka
from dishka.integrations.litestar import inject
from litestar import Router, post
from litestar.params import JSONBody

from vaultra_core.use_cases.ask_password_reset import AskPasswordReset
from vaultra_core.use_cases.ask_verification import AskVerification
from vaultra_core.use_cases.change_password import ChangePassword
from vaultra_core.use_cases.reset_password import ResetPassword
from vaultra_core.use_cases.verify_email import VerifyEmail
from vaultra_http.auth_schemas import ForgotBody, LinkBody, PasswordChangeBody, ResetBody
from vaultra_http.authentication import AuthenticatedRequest, public
from vaultra_http.responses import PERSONAL_READ, PERSONAL_WRITE, PUBLIC_WRITE, errors


@post(
    "/password",
    summary="Change the password",
    description="Signs out everywhere else.",
    status_code=204,
    responses=PERSONAL_WRITE | errors(429),
)
@inject
async def change(
    request: AuthenticatedRequest, data: JSONBody[PasswordChangeBody], use_case: FromDishka[ChangePassword]
) -> None:
    await use_case.execute(
        request.user, request.auth.session_id, current_password=data.current_password, new_password=data.new_password
    )


@post(
    "/password/forgot",
    summary="Ask for a link to choose a new password",
    description="The answer is the same whether or not anybody has this address.",
    status_code=202,
    responses=PUBLIC_WRITE | errors(429),
    **public,
)
@inject
async def forgot(data: JSONBody[ForgotBody], use_case: FromDishka[AskPasswordReset]) -> None:
    await use_case.execute(data.email)


@post(
    "/password/reset",
    summary="Choose a new password",
    description="With the token out of the mail, once, within an hour. Signs out everywhere.",
    status_code=204,
    responses=PUBLIC_WRITE,
    **public,
)
@inject
async def reset(data: JSONBody[ResetBody], use_case: FromDishka[ResetPassword]) -> None:
    await use_case.execute(token=data.token, password=data.password)


@post(
    "/verify",
    summary="Confirm an e-mail address",
    description="With the token out of the mail, once, within a day.",
    status_code=204,
    responses=PUBLIC_WRITE,
    **public,
)
@inject
async def verify(data: JSONBody[LinkBody], use_case: FromDishka[VerifyEmail]) -> None:
    await use_case.execute(data.token)


@post("/verify/resend", summary="Send that mail again", status_code=202, responses=PERSONAL_READ | errors(409, 429))
@inject
async def resend(request: AuthenticatedRequest, use_case: FromDishka[AskVerification]) -> None:
    await use_case.execute(request.user)


router = Router("/auth", route_handlers=[change, forgot, reset, verify, resend], tags=["auth"])
