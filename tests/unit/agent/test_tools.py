"""The tools: every figure resolves, the tenant is the caller's, and arguments are checked."""

import datetime as dt
from typing import Any

import msgspec
import pytest

from support.owners import AS_OF, Owner, an_owner, someone_else, tools_over
from vaultra_core.agent import figures
from vaultra_core.agent.figures import Figure, Statement
from vaultra_core.agent.registry import ToolRegistry
from vaultra_core.domain.wording import money
from vaultra_core.errors import InvalidInput, NotFound, Unprocessable, VaultraError
from vaultra_core.use_cases.resolve_evidence import ResolveEvidence

DISPUTES = f"contribution:lender-2:{AS_OF}:disputes"
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("get_readiness_breakdown", {}),
    ("get_top_recommendations", {"limit": 3}),
    ("get_metric_summary", {}),
    ("get_metric_summary", {"period": "2026-10-15"}),
    ("get_business_context", {}),
    ("simulate_change", {"changes": [{"metric": "chargeback_count", "times": 0.5}]}),
    (
        "simulate_change",
        {"changes": [{"metric": "revenue_total", "times": 1.2}, {"metric": "top_customer", "value": 0.4}]},
    ),
    ("get_path_to_tier", {}),
    ("get_path_to_tier", {"tier": "highly_attractive"}),
    ("get_path_to_tier", {"target": 100}),
    ("get_outlook", {"days": 30}),
    ("explain_change", {}),
    ("explain_change", {"from": "2026-09-10", "to": "2026-10-10"}),
    ("list_evidence", {"handle": DISPUTES}),
    ("list_evidence", {"handle": f"score:lender-2:{AS_OF}"}),
]


@pytest.fixture(scope="module")
async def owner() -> Owner:
    return await an_owner()


@pytest.fixture(scope="module")
def tools(owner: Owner) -> ToolRegistry:
    return tools_over(owner.storage)


@pytest.mark.parametrize(("name", "arguments"), CALLS, ids=lambda value: str(value)[:60])
async def test_whatever_a_tool_says_resolves(
    owner: Owner, tools: ToolRegistry, name: str, arguments: dict[str, Any]
) -> None:
    result = await tools.call(owner.caller, name, arguments)
    resolve = ResolveEvidence(owner.storage, rulebook="lender-2")
    assert result.said and result.summary
    for said in result.said:
        found = (await resolve.execute(owner.caller, said.handle, cursor=None, limit=3)).evidence
        assert found.handle == said.handle
        if isinstance(said, Figure) and said.kind is figures.Kind.SCORE and said.label != "Target":
            told = f"{found.statement} {found.formula} {found.value}"
            assert said.text in told or said.handle.startswith(("outlook:", "path:")), said


async def test_a_snapshots_figures_are_the_evidences_own(owner: Owner, tools: ToolRegistry) -> None:
    """The value behind a metric's handle is the figure to the last digit."""
    result = await tools.call(owner.caller, "get_metric_summary", {})
    resolve = ResolveEvidence(owner.storage, rulebook="lender-2")
    stated = [said for said in result.said if isinstance(said, Figure) and ": change" not in said.label]
    metric_figures = [said for said in stated if said.handle.startswith("metric:")]
    assert len(metric_figures) > 20
    for said in metric_figures:
        assert (await resolve.execute(owner.caller, said.handle, cursor=None, limit=1)).evidence.value == said.value


async def test_the_disputes_behind_a_factor_are_named(owner: Owner, tools: ToolRegistry) -> None:
    result = await tools.call(owner.caller, "list_evidence", {"handle": DISPUTES, "limit": 4})
    data: Any = result.data
    assert [each.object for each in data.objects] == ["dispute"] * 4 and data.more
    assert data.objects[0].id.startswith("dp_") and data.objects[0].amount.kind is figures.Kind.MONEY


async def test_half_the_chargebacks_are_half_of_what_the_factor_counts(owner: Owner, tools: ToolRegistry) -> None:
    result = await tools.call(
        owner.caller, "simulate_change", {"changes": [{"metric": "chargeback_count", "times": 0.5}]}
    )
    data: Any = result.data
    (line,) = data.assumed
    assert (line.now.text, line.then.text) == ("10", "5")
    assert data.score_then.value - data.score_now.value == data.difference.value == 3
    assert [moved.factor for moved in data.moved] == ["disputes"]


async def test_what_does_not_fit_is_refused_by_name(owner: Owner, tools: ToolRegistry) -> None:
    async def refused(kind: type[VaultraError], name: str, arguments: Any) -> str:
        with pytest.raises(kind) as error:
            await tools.call(owner.caller, name, arguments)
        return error.value.message

    assert "no tool" in await refused(InvalidInput, "drop_tables", {})
    assert "business_id" in await refused(InvalidInput, "get_readiness_breakdown", {"business_id": "x"})
    for arguments in (
        b"{",
        b"[]",
        b'{"limit": 21}',
        b'{"limit": "5"}',
        b"\xff",
        b"[" * 4_000,
        b" " * 5_000,
        {"limit": 0},
    ):
        await refused(InvalidInput, "get_top_recommendations", arguments)
    change = {"metric": "chargeback_ratio", "times": 0.5}
    for changes in ([], [change] * 9, [{"metric": "chargeback_ratio"}], [{**change, "value": 1.0}]):
        await refused(InvalidInput, "simulate_change", {"changes": changes})
    await refused(InvalidInput, "simulate_change", {"changes": [{"metric": "charm", "value": 1.0}]})
    await refused(Unprocessable, "simulate_change", {"changes": [{"metric": "chargeback_ratio", "plus": 9.0}]})
    await refused(NotFound, "get_metric_summary", {"period": "2020-01-01"})
    await refused(InvalidInput, "list_evidence", {"handle": "nonsense"})


async def test_the_tenant_is_the_callers_whatever_is_asked(owner: Owner, tools: ToolRegistry) -> None:
    stranger = someone_else(owner.caller)
    recommendations: Any = (await tools.call(owner.caller, "get_top_recommendations", {})).data
    theirs = recommendations.recommendations[0].impact.handle
    for name, arguments in [*CALLS, ("list_evidence", {"handle": theirs})]:
        if name == "get_top_recommendations":
            foreign: Any = (await tools.call(stranger, name, arguments)).data
            assert foreign.recommendations == []
        else:
            with pytest.raises(NotFound):
                await tools.call(stranger, name, arguments)


async def test_a_business_without_data_says_what_is_missing() -> None:
    owner = await an_owner(with_data=False)
    tools = tools_over(owner.storage)
    with pytest.raises(NotFound) as missing:
        await tools.call(owner.caller, "get_readiness_breakdown", {})
    assert missing.value.details["reason"] == "not_connected"
    context: Any = (await tools.call(owner.caller, "get_business_context", {})).data
    assert (context.stripe_connected, context.revenue_estimate.text) == (False, money(25_000_000, "usd"))
    passages: Any = (await tools.call(owner.caller, "search_knowledge", {"query": "lenders"})).data
    assert passages.passages == []


def test_every_tool_is_described_without_references(tools: ToolRegistry) -> None:
    names = [definition.name for definition in tools.definitions]
    assert len(names) == len(set(names)) == 10
    for definition in tools.definitions:
        assert definition.schema["type"] == "object" and definition.schema["additionalProperties"] is False
        assert "$ref" not in repr(definition.schema) and "business" not in repr(definition.schema["properties"])
        assert tools.doing(definition.name) != definition.name


def test_statements_and_days_are_found_wherever_they_stand() -> None:
    figure = figures.count(3, "h", "Three")
    data = [[figure, (Statement("s", "h2"), dt.date(2026, 1, 2))], PathFound("reached", next_tier_on=None)]
    assert figures.leaves(data) == [figure, Statement("s", "h2"), dt.date(2026, 1, 2), "reached", None]


class PathFound(msgspec.Struct):
    state: str
    next_tier_on: dt.date | None
