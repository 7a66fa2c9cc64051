"""Every tool there is, over the use cases that it asks."""

from vaultra_core.agent.registry import ToolRegistry
from vaultra_core.agent.tools.business import GetBusinessContext
from vaultra_core.agent.tools.change import ExplainChange
from vaultra_core.agent.tools.evidence import ListEvidence
from vaultra_core.agent.tools.knowledge import Knowledge, SearchKnowledgeBase
from vaultra_core.agent.tools.metrics import GetMetricSummary
from vaultra_core.agent.tools.outlook import GetOutlook
from vaultra_core.agent.tools.path import GetPathToTier
from vaultra_core.agent.tools.readiness import GetReadinessBreakdown, GetTopRecommendations
from vaultra_core.agent.tools.what_if import SimulateChange
from vaultra_core.use_cases.assume_changes import AssumeChanges
from vaultra_core.use_cases.explain_score_change import ExplainScoreChange
from vaultra_core.use_cases.find_path import FindPath
from vaultra_core.use_cases.get_business import GetBusiness
from vaultra_core.use_cases.get_connection import GetConnection
from vaultra_core.use_cases.get_metrics import GetMetrics
from vaultra_core.use_cases.get_readiness import GetReadiness
from vaultra_core.use_cases.list_recommendations import ListRecommendations
from vaultra_core.use_cases.look_ahead import LookAhead
from vaultra_core.use_cases.resolve_evidence import ResolveEvidence


def every_tool(
    readiness: GetReadiness,
    recommendations: ListRecommendations,
    metrics: GetMetrics,
    business: GetBusiness,
    connection: GetConnection,
    knowledge: Knowledge,
    assume: AssumeChanges,
    path: FindPath,
    outlook: LookAhead,
    change: ExplainScoreChange,
    evidence: ResolveEvidence,
) -> ToolRegistry:
    return ToolRegistry(
        [
            GetReadinessBreakdown(readiness),
            GetTopRecommendations(recommendations),
            GetMetricSummary(metrics),
            GetBusinessContext(business, connection),
            SearchKnowledgeBase(knowledge),
            SimulateChange(assume),
            GetPathToTier(path),
            GetOutlook(outlook),
            ExplainChange(change),
            ListEvidence(evidence),
        ]
    )
