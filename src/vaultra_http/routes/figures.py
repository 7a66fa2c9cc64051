"""Metrics, readiness and recommendations of one business."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import inject
from litestar import Router, get, patch
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from vaultra_core.domain.recommendations.base import Priority, Status
from vaultra_core.identity import Caller
from vaultra_core.use_cases.decide_recommendation import DecideRecommendation
from vaultra_core.use_cases.get_metrics import GetMetrics
from vaultra_core.use_cases.get_readiness import GetReadiness
from vaultra_core.use_cases.list_recommendations import ListRecommendations
from vaultra_http.authentication import AuthenticatedRequest, provide_viewer
from vaultra_http.responses import BUSINESS_READ, BUSINESS_WRITE, errors
from vaultra_http.schemas import (
    BusinessMetrics,
    BusinessReadiness,
    BusinessRecommendation,
    DecisionBody,
    LatestMetricsView,
    MetricsHistoryView,
    ReadinessHistoryView,
    RecommendationsView,
    ScoreView,
)

Rulebook = Annotated[str | None, QueryParameter(max_length=64, description="Without it, the one in force.")]


@get("/metrics", summary="The latest metrics", responses=BUSINESS_READ)
@inject
async def latest_metrics(caller: NamedDependency[Caller], use_case: FromDishka[GetMetrics]) -> LatestMetricsView:
    return LatestMetricsView.latest(caller.business_id, await use_case.execute(caller))


@get("/metrics/history", summary="Metrics of past periods, oldest first", responses=BUSINESS_READ | errors(422))
@inject
async def metrics_history(
    caller: NamedDependency[Caller],
    use_case: FromDishka[GetMetrics],
    start_date: FromQuery[dt.date | None] = None,
    end_date: FromQuery[dt.date | None] = None,
) -> MetricsHistoryView:
    snapshots = await use_case.history(caller, start_date, end_date)
    return MetricsHistoryView([BusinessMetrics.stored(caller.business_id, snapshot) for snapshot in snapshots])


@get("/readiness", summary="The readiness score, explained", responses=BUSINESS_READ)
@inject
async def readiness(
    caller: NamedDependency[Caller], use_case: FromDishka[GetReadiness], rulebook: Rulebook = None
) -> BusinessReadiness:
    return BusinessReadiness.current(caller.business_id, await use_case.execute(caller, rulebook))


@get("/readiness/history", summary="Scores of past days, newest first", responses=BUSINESS_READ)
@inject
async def readiness_history(
    caller: NamedDependency[Caller],
    use_case: FromDishka[GetReadiness],
    limit: Annotated[int, QueryParameter(ge=1, le=400)] = 30,
    rulebook: Rulebook = None,
) -> ReadinessHistoryView:
    scores = await use_case.history(caller, limit=limit, rulebook=rulebook)
    return ReadinessHistoryView([ScoreView.of(score) for score in scores])


@get("/recommendations", summary="What would raise the score, most first", responses=BUSINESS_READ)
@inject
async def recommendations(
    caller: NamedDependency[Caller],
    use_case: FromDishka[ListRecommendations],
    status: FromQuery[Status | None] = None,
    priority: FromQuery[Priority | None] = None,
) -> RecommendationsView:
    found = await use_case.execute(caller, status=status, priority=priority)
    return RecommendationsView([BusinessRecommendation.stored(recommendation) for recommendation in found])


@patch("/recommendations/{recommendation_id:uuid}", summary="Accept or dismiss", responses=BUSINESS_WRITE)
@inject
async def decide(
    request: AuthenticatedRequest,
    recommendation_id: FromPath[UUID],
    data: JSONBody[DecisionBody],
    use_case: FromDishka[DecideRecommendation],
) -> BusinessRecommendation:
    decided = await use_case.execute(request.user, recommendation_id, Status(data.status))
    return BusinessRecommendation.stored(decided)


reads = Router(
    "/",
    route_handlers=[latest_metrics, metrics_history, readiness, readiness_history, recommendations],
    dependencies={"caller": Provide(provide_viewer)},
    tags=["figures"],
)
router = Router("/", route_handlers=[reads, decide], tags=["figures"])
