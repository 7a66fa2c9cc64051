"""Questions about a score: what if, which way up, what next, what has changed, and what is behind it."""

import datetime as dt
from typing import Annotated

from dishka import FromDishka
from dishka.integrations.litestar import inject
from litestar import Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody, QueryParameter

from vaultra_core.domain.readiness.outlook import MOST_DAYS
from vaultra_core.identity import Caller, Role
from vaultra_core.use_cases.accept_path import AcceptPath
from vaultra_core.use_cases.explain_score_change import ExplainScoreChange
from vaultra_core.use_cases.find_path import FindPath
from vaultra_core.use_cases.look_ahead import LookAhead
from vaultra_core.use_cases.resolve_caller import ResolveCaller
from vaultra_core.use_cases.resolve_evidence import ResolveEvidence
from vaultra_core.use_cases.simulate_readiness import SimulateReadiness
from vaultra_http.authentication import AuthenticatedRequest, provide_viewer
from vaultra_http.explain_schemas import (
    BusinessChange,
    BusinessOutlook,
    BusinessPath,
    EvidenceView,
    PlanBody,
    PlanView,
    SimulationBody,
    SimulationView,
)
from vaultra_http.responses import BUSINESS_READ, BUSINESS_WRITE, errors


@post(
    "/readiness/simulate",
    status_code=200,
    summary="The score if some metrics were different",
    responses=BUSINESS_READ | errors(413, 415, 422),
)
@inject
async def simulate(
    request: AuthenticatedRequest,
    data: JSONBody[SimulationBody],
    resolve: FromDishka[ResolveCaller],
    use_case: FromDishka[SimulateReadiness],
) -> SimulationView:
    caller = await resolve.execute(request.auth, data.business_id, Role.VIEWER)
    return SimulationView.of(caller.business_id, await use_case.execute(caller, data.changes))


@get("/readiness/path", summary="The least effort that reaches a score", responses=BUSINESS_READ)
@inject
async def path(
    caller: NamedDependency[Caller],
    use_case: FromDishka[FindPath],
    target: Annotated[
        int | None, QueryParameter(ge=0, le=100, description="A score; without it, the next tier's lowest.")
    ] = None,
) -> BusinessPath:
    return BusinessPath.found(caller.business_id, await use_case.execute(caller, target))


@post(
    "/readiness/path/accept",
    status_code=200,
    summary="Accept the recommendations that a path is made of",
    responses=BUSINESS_WRITE,
)
@inject
async def accept_path(
    request: AuthenticatedRequest,
    data: JSONBody[PlanBody],
    resolve: FromDishka[ResolveCaller],
    use_case: FromDishka[AcceptPath],
) -> PlanView:
    caller = await resolve.execute(request.auth, data.business_id, Role.ADMIN)
    return PlanView.of(caller.business_id, await use_case.execute(caller, data.target))


@get("/readiness/outlook", summary="The days ahead if nothing changes", responses=BUSINESS_READ)
@inject
async def outlook(
    caller: NamedDependency[Caller],
    use_case: FromDishka[LookAhead],
    days: Annotated[int, QueryParameter(ge=1, le=MOST_DAYS)] = 90,
) -> BusinessOutlook:
    return BusinessOutlook.found(caller.business_id, await use_case.execute(caller, days))


@get("/readiness/change", summary="What moved the score between two days", responses=BUSINESS_READ | errors(422))
@inject
async def change(
    caller: NamedDependency[Caller],
    use_case: FromDishka[ExplainScoreChange],
    start: Annotated[
        dt.date | None, QueryParameter(name="from", description="Without it, 30 days before `to`.")
    ] = None,
    end: Annotated[
        dt.date | None, QueryParameter(name="to", description="Without it, the last day with a score.")
    ] = None,
) -> BusinessChange:
    return BusinessChange.found(caller.business_id, await use_case.execute(caller, start, end))


@get("/evidence/{handle:str}", summary="What a number is made of, down to Stripe objects", responses=BUSINESS_READ)
@inject
async def evidence(
    caller: NamedDependency[Caller],
    handle: FromPath[str],
    use_case: FromDishka[ResolveEvidence],
    cursor: Annotated[str | None, QueryParameter(max_length=400)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200, description="Objects on a page.")] = 50,
) -> EvidenceView:
    resolved = await use_case.execute(caller, handle, cursor=cursor, limit=limit)
    return EvidenceView.of(caller.business_id, resolved)


reads = Router(
    "/",
    route_handlers=[path, outlook, change, evidence],
    dependencies={"caller": Provide(provide_viewer)},
    tags=["figures"],
)
router = Router("/", route_handlers=[reads, simulate, accept_path], tags=["figures"])
