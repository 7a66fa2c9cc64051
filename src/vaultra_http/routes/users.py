from decimal import Decimal
from typing import Any

import msgspec
from dishka import FromDishka
from dishka.integrations.litestar import inject
from litestar import Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from vaultra_core import money
from vaultra_core.errors import InvalidInput
from vaultra_core.identity import Caller, Role
from vaultra_core.periods import zone
from vaultra_core.use_cases.create_business import CreateBusiness
from vaultra_core.use_cases.get_business import GetBusiness
from vaultra_core.use_cases.get_profile import GetProfile
from vaultra_core.use_cases.update_business import UpdateBusiness
from vaultra_core.use_cases.update_profile import UpdateProfile
from vaultra_http.authentication import AuthenticatedRequest, acting_as
from vaultra_http.responses import BUSINESS_READ, BUSINESS_WRITE, PERSONAL_READ, PERSONAL_WRITE
from vaultra_http.schemas import BusinessBody, BusinessChanges, BusinessView, ProfileBody, ProfileView, UserView

MOST = Decimal(10**13)


@get("/me", summary="Who is signed in (as /auth/me)", responses=PERSONAL_READ)
@inject
async def me(request: AuthenticatedRequest, use_case: FromDishka[GetProfile]) -> ProfileView:
    return ProfileView.of(*await use_case.execute(request.user))


@patch("/me", summary="Change name or picture", responses=PERSONAL_WRITE)
@inject
async def update_me(
    request: AuthenticatedRequest, data: JSONBody[ProfileBody], use_case: FromDishka[UpdateProfile]
) -> UserView:
    return UserView.of(await use_case.execute(request.user, **_set_fields(data)))


@post("/businesses", summary="Register a business", responses=PERSONAL_WRITE)
@inject
async def create_business(
    request: AuthenticatedRequest, data: JSONBody[BusinessBody], use_case: FromDishka[CreateBusiness]
) -> BusinessView:
    fields = _business_fields(_set_fields(data), currency=data.currency)
    return BusinessView.of(await use_case.execute(request.user, **fields))


@get(
    "/businesses/{business:uuid}",
    summary="One business",
    responses=BUSINESS_READ,
    dependencies=acting_as(Role.VIEWER),
)
@inject
async def get_business(
    caller: NamedDependency[Caller],
    use_case: FromDishka[GetBusiness],
) -> BusinessView:
    return BusinessView.of(await use_case.execute(caller))


@patch(
    "/businesses/{business:uuid}",
    summary="Change a business",
    responses=BUSINESS_WRITE,
    dependencies=acting_as(Role.ADMIN),
)
@inject
async def update_business(
    caller: NamedDependency[Caller],
    data: JSONBody[BusinessChanges],
    get_current: FromDishka[GetBusiness],
    use_case: FromDishka[UpdateBusiness],
) -> BusinessView:
    changes = _set_fields(data)
    if "revenue_estimate" in changes:
        changes.setdefault("currency", (await get_current.execute(caller)).currency)
    return BusinessView.of(await use_case.execute(caller, **_business_fields(changes, changes.get("currency", "usd"))))


def _set_fields(body: msgspec.Struct) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(body).items() if value is not msgspec.UNSET}


def _business_fields(fields: dict[str, Any], currency: str) -> dict[str, Any]:
    """Body fields in the core's terms: lower-case currency, a zone that exists, money in minor units."""
    if "currency" in fields:
        fields["currency"] = fields["currency"].lower()
    if "timezone" in fields:
        zone(fields["timezone"])
    estimate = fields.get("revenue_estimate")
    if estimate is not None:
        if not (estimate.is_finite() and 0 <= estimate <= MOST):
            raise InvalidInput("revenue_estimate is out of range.", field="revenue_estimate", reason="0 to 10 trillion")
        fields["revenue_estimate"] = money.to_minor(estimate, currency.lower())
    return fields


router = Router(
    "/users", route_handlers=[me, update_me, create_business, get_business, update_business], tags=["users"]
)
