from typing import Any

from dishka import FromDishka
from dishka.integrations.litestar import inject
from litestar import Request, Router, get

from vaultra_core.errors import Unavailable
from vaultra_core.use_cases.check_readiness import CheckReadiness
from vaultra_http.authentication import public
from vaultra_http.responses import PUBLIC_READ
from vaultra_http.schemas import HealthView, ReadyView


@get("/", summary="The process is up", **public)
async def alive() -> HealthView:
    return HealthView("ok")


@get("/ready", summary="Database, queue and schema are ready", responses=PUBLIC_READ, **public)
@inject
async def ready(request: Request[Any, Any, Any], use_case: FromDishka[CheckReadiness]) -> ReadyView:
    if request.app.state.get("draining", False):
        raise Unavailable("This process is shutting down.", dependency="process")
    return ReadyView(status="ok", database="ok", queue="ok", schema=await use_case.execute())


router = Router("/health", route_handlers=[alive, ready], tags=["operations"])
