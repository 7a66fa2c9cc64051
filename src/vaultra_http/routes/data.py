"""What is stored: to look at, to take along, to delete; and who did what with it."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Annotated, Any

from dishka import FromDishka
from dishka.integrations.litestar import inject
from litestar import Response, Router, delete, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import JSONBody, QueryParameter
from litestar.response import Stream

from vaultra_core.identity import Caller, Role
from vaultra_core.ports.runtime import Clock
from vaultra_core.use_cases.erase_business import EraseBusiness
from vaultra_core.use_cases.erase_user import EraseUser
from vaultra_core.use_cases.export_data import ExportData
from vaultra_core.use_cases.read_audit import ReadAudit
from vaultra_http.archive import Format, archive
from vaultra_http.authentication import AuthenticatedRequest, acting_as
from vaultra_http.data_schemas import AuditView, ConfirmBody, PersonalExport
from vaultra_http.responses import BUSINESS_READ, BUSINESS_WRITE, PERSONAL_READ, errors

Limit = Annotated[int, QueryParameter(ge=1, le=200, description="Entries on a page.")]
Cursor = Annotated[str | None, QueryParameter(max_length=100)]
ZIP = {
    200: ResponseSpec(
        data_container=bytes, description="A ZIP file.", media_type="application/zip", generate_examples=False
    )
}


@get("/me/export", summary="All that is stored about me", responses=PERSONAL_READ)
@inject
async def export_me(
    request: AuthenticatedRequest, use_case: FromDishka[ExportData], clock: FromDishka[Clock]
) -> Response[PersonalExport]:
    data: dict[str, list[dict[str, Any]]] = {}
    async for table, rows in use_case.of_user(request.user):
        data.setdefault(table, []).extend(rows)
    export = PersonalExport(exported_at=clock.now(), data=data)
    return Response(export, headers=_as_file("account", clock.now(), "json"))


@delete(
    "/me",
    summary="Delete my account",
    description="409 while a business would be left without an owner. Nothing stays but the audit log's bare ids.",
    responses=PERSONAL_READ | errors(409),
)
@inject
async def delete_me(request: AuthenticatedRequest, use_case: FromDishka[EraseUser]) -> None:
    await use_case.execute(request.user)


@get("/me/audit", summary="What I did, newest first", responses=PERSONAL_READ)
@inject
async def my_audit(
    request: AuthenticatedRequest, use_case: FromDishka[ReadAudit], limit: Limit = 50, cursor: Cursor = None
) -> AuditView:
    return AuditView.of(await use_case.of_user(request.user, limit=limit, cursor=cursor))


@get(
    "/businesses/{business:uuid}/audit",
    summary="Who did what in a business, newest first",
    responses=BUSINESS_READ,
    dependencies=acting_as(Role.OWNER),
)
@inject
async def business_audit(
    caller: NamedDependency[Caller],
    use_case: FromDishka[ReadAudit],
    limit: Limit = 50,
    cursor: Cursor = None,
) -> AuditView:
    return AuditView.of(await use_case.of_business(caller, limit=limit, cursor=cursor))


@get(
    "/businesses/{business:uuid}/export",
    summary="All that is stored about a business",
    description="A ZIP file with one file a table, as JSON Lines or as CSV. For owners.",
    responses=BUSINESS_READ | errors(429) | ZIP,
    dependencies=acting_as(Role.OWNER),
)
@inject
async def export_business(
    caller: NamedDependency[Caller],
    use_case: FromDishka[ExportData],
    clock: FromDishka[Clock],
    kind: Annotated[Format, QueryParameter(name="format")] = "json",
) -> Stream:
    content: AsyncIterator[bytes] = await archive(use_case.of_business(caller), kind)
    return Stream(content, media_type="application/zip", headers=_as_file("business", clock.now(), "zip"))


@delete(
    "/businesses/{business:uuid}",
    summary="Delete a business",
    description="With all that was imported and computed; `confirm` is its name. Nothing stays but the audit log, and "
    "the id of its Stripe account until the access is given back there, which is tried until Stripe answers.",
    responses=BUSINESS_WRITE,
    dependencies=acting_as(Role.OWNER),
)
@inject
async def delete_business(
    caller: NamedDependency[Caller],
    data: JSONBody[ConfirmBody],
    use_case: FromDishka[EraseBusiness],
) -> None:
    await use_case.execute(caller, confirm=data.confirm)


def _as_file(what: str, now: dt.datetime, ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="vaultra-{what}-{now:%Y-%m-%d}.{ending}"'}


router = Router(
    "/users",
    route_handlers=[export_me, delete_me, my_audit, business_audit, export_business, delete_business],
    tags=["data"],
)
