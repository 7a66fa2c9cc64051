"""MCP with the SDK's own client: the tools, documents and prompts, and who may come in."""

import datetime as dt
import os
import sys
from collections.abc import AsyncIterator
from typing import Any

import httpx
import mcp_types as types
import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.shared.exceptions import MCPError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from support.assistant import MCP, NEW, OLD, an_assistant, ask, text_of
from support.command import vaultra
from support.demo import clean_environment
from support.product import Product
from vaultra_core.use_cases.ingest_knowledge import IngestKnowledge

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


async def a_token(owner: Product, **body: Any) -> dict[str, Any]:
    answer = await owner.post("/users/me/tokens", {"name": "Laptop", **body})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def knock(product: Product, token: str | None, **headers: str) -> httpx.Response:
    """A first request, by hand."""
    given = {"Authorization": f"Bearer {token}"} if token else {}
    accepts = {"Accept": "application/json, text/event-stream"}
    return await product.client.post(MCP, json=INITIALIZE, headers=accepts | given | headers)


def handles_in(data: Any) -> set[str]:
    if isinstance(data, dict):
        own = {data["handle"]} if isinstance(data.get("handle"), str) else set()
        return own.union(*map(handles_in, data.values()))
    return set().union(*map(handles_in, data)) if isinstance(data, list) else set()


@pytest.fixture
async def owner(product: Product) -> AsyncIterator[Product]:
    yield await product.signed_up()


@pytest.mark.parametrize("mode", [OLD, NEW])
async def test_the_questions_of_owners_can_be_answered(owner: Product, mode: str) -> None:
    await owner.imported("shop")
    await (await owner.container.get(IngestKnowledge)).execute()
    secret = (await a_token(owner))["token"]
    async with an_assistant(owner, secret, mode) as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
        assert "decide_recommendation" not in names
        said = {
            "what hurts": await ask(client, "get_readiness_breakdown"),
            "what to do this week": await ask(client, "get_top_recommendations", limit=3),
            "half the chargebacks": await ask(
                client, "simulate_change", changes=[{"metric": "chargeback_ratio", "times": 0.5}]
            ),
            "why it dropped": await ask(client, "explain_change"),
            "how far the next tier is": await ask(client, "get_path_to_tier"),
            "what lenders look at": await ask(client, "search_knowledge", query="What do lenders look at?"),
        }
        stored = (await owner.get("/readiness")).json()
        assert said["what hurts"]["data"]["score"]["value"] == stored["score"]
        found = said["what lenders look at"]["data"]["passages"]
        assert "funding-readiness-factors" in {passage["doc_id"] for passage in found}

        # Which disputes count: from the factor down to the very objects.
        lines = [line for part in ("helps", "hurts", "neutral") for line in said["what hurts"]["data"][part]]
        [disputes] = [line for line in lines if line["factor"] == "disputes"]
        handle = disputes["points"]["handle"]
        listed = (await ask(client, "list_evidence", handle=handle, limit=100))["data"]["objects"]
        named = (await owner.get(f"/evidence/{handle}", limit="100")).json()["objects"]
        assert listed and [(each["object"], each["id"]) for each in listed] == [
            ("dispute", each["id"]) for each in named
        ]

        # Every figure that was said is a handle that resolves.
        for handle in {each for answer in said.values() for each in handles_in(answer)}:
            if not handle.startswith("knowledge:"):
                assert (await ask(client, "list_evidence", handle=handle, limit=1))["summary"], handle


@pytest.mark.parametrize("mode", [OLD, NEW])
async def test_documents_and_prompts_are_offered(owner: Product, mode: str) -> None:
    await owner.business()
    secret = (await a_token(owner))["token"]
    async with an_assistant(owner, secret, mode) as client:
        listed = (await client.list_resources()).resources
        assert len(listed) >= 12
        for resource in listed:
            [content] = (await client.read_resource(resource.uri)).contents
            assert isinstance(content, types.TextResourceContents)
            assert content.text.startswith(f"# {resource.title}\n")
        with pytest.raises(MCPError, match="no resource"):
            await client.read_resource("vaultra://knowledge/../../etc/passwd")
        prompts = (await client.list_prompts()).prompts
        assert "financial_health_check" in {prompt.name for prompt in prompts}
        for prompt in prompts:
            [message] = (await client.get_prompt(prompt.name)).messages
            assert isinstance(message.content, types.TextContent) and "informational" in message.content.text
        with pytest.raises(MCPError, match="no prompt"):
            await client.get_prompt("unknown")


async def test_a_refusal_is_told_to_the_model(owner: Product) -> None:
    await owner.business()
    async with an_assistant(owner, (await a_token(owner))["token"]) as client:
        for tool, arguments, words in (
            ("get_readiness_breakdown", {}, "Stripe"),
            ("get_metric_summary", {"business_id": "another"}, "business_id"),
            ("drop_tables", {}, "no tool"),
            ("decide_recommendation", {"handle": "recommendation:1", "status": "accepted"}, "no tool"),
        ):
            result = await client.call_tool(tool, arguments)
            assert result.is_error and words in text_of(result), (tool, text_of(result))


async def test_only_an_acting_token_decides_and_only_in_its_business(owner: Product) -> None:
    first = await owner.imported("shop", name="First")
    other = await owner.imported("saas", name="Second")
    acting = (await a_token(owner, business_id=first, scope="act"))["token"]
    open_ = (await owner.get("/recommendations", business_id=first, status="pending")).json()["recommendations"]
    foreign = (await owner.get("/recommendations", business_id=other, status="pending")).json()["recommendations"]
    async with an_assistant(owner, acting) as client:
        assert "decide_recommendation" in {tool.name for tool in (await client.list_tools()).tools}
        refused = await client.call_tool(
            "decide_recommendation", {"handle": f"recommendation:{foreign[0]['id']}", "status": "dismissed"}
        )
        assert refused.is_error and text_of(refused) == "No such recommendation."
        wanted = f"recommendation:{open_[0]['id']}"
        for wrong in ({"handle": wanted, "status": "pending"}, {"handle": "nothing", "status": "accepted"}, {}):
            assert (await client.call_tool("decide_recommendation", wrong)).is_error
        done = await ask(client, "decide_recommendation", handle=wanted, status="accepted")
        assert done["status"] == "accepted"
    after = (await owner.get("/recommendations", business_id=first, status="accepted")).json()["recommendations"]
    assert [line["id"] for line in after] == [open_[0]["id"]]
    untouched = (await owner.get("/recommendations", business_id=other, status="pending")).json()["recommendations"]
    assert untouched == foreign


class TestWhoMayComeIn:
    async def test_nobody_without_a_token_and_they_are_told_what_is_wanted(self, owner: Product) -> None:
        metadata = "http://vaultra.test/.well-known/oauth-protected-resource/mcp"
        answer = await knock(owner, None)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == f'Bearer resource_metadata="{metadata}"'
        assert answer.json()["error"]["code"] == "UNAUTHORIZED"
        described = (await owner.client.get(metadata)).json()
        assert described["resource"] == MCP
        assert described["bearer_methods_supported"] == ["header"]
        plain = await owner.client.get("http://vaultra.test/.well-known/oauth-protected-resource")
        assert plain.json() == described

    async def test_a_good_token_comes_in_and_no_session_is_made(self, owner: Product) -> None:
        await owner.business()
        answer = await knock(owner, (await a_token(owner))["token"])
        assert answer.status_code == 200, answer.text
        assert "mcp-session-id" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"

    async def test_a_session_id_carries_no_right(self, owner: Product) -> None:
        await owner.business()
        secret = (await a_token(owner))["token"]
        await knock(owner, secret)
        assert (await knock(owner, None, **{"Mcp-Session-Id": "any"})).status_code == 401

    async def test_other_kinds_of_token_are_refused_on_both_sides(self, owner: Product) -> None:
        await owner.business()
        secret = (await a_token(owner))["token"]
        refused = await knock(owner, owner.token)  # a session's
        assert refused.status_code == 401
        assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]
        assert (await knock(owner, "vaultra_" + "x" * 43)).status_code == 401
        strange = b"Bearer vaultra_\xe9"
        assert (await owner.client.post(MCP, json=INITIALIZE, headers={b"Authorization": strange})).status_code == 401
        owner.token = secret
        assert (await owner.get("/auth/me")).status_code == 401

    async def test_a_revoked_token_ends_at_once(self, owner: Product) -> None:
        await owner.business()
        made = await a_token(owner)
        async with an_assistant(owner, made["token"]) as client:
            assert (await client.list_tools()).tools
            assert (await owner.request("DELETE", f"/users/me/tokens/{made['id']}")).status_code == 204
            with pytest.raises(Exception):  # noqa: B017 - however the client words a 401
                await client.call_tool("get_business_context", {})
        assert (await knock(owner, made["token"])).status_code == 401

    @pytest.mark.parametrize(
        "fault",
        [
            "UPDATE personal_tokens SET expires_at = now()",
            "UPDATE personal_tokens SET audience = 'https://elsewhere.example/mcp'",
            "DELETE FROM user_business_memberships",
        ],
    )
    async def test_expired_foreign_or_orphaned_tokens_are_refused(
        self, owner: Product, engine: AsyncEngine, fault: str
    ) -> None:
        await owner.business()
        secret = (await a_token(owner))["token"]
        assert (await knock(owner, secret)).status_code == 200
        await as_administrator(engine, fault)
        assert (await knock(owner, secret)).status_code == 401

    async def test_a_page_of_another_site_is_refused(self, owner: Product) -> None:
        await owner.business()
        secret = (await a_token(owner))["token"]
        for origin in ("https://evil.example", "null", "http://vaultra.test.evil.example"):
            assert (await knock(owner, secret, Origin=origin)).status_code == 403
        assert (await knock(owner, secret, Origin="http://vaultra.test")).status_code == 200
        assert (await knock(owner, secret, Host="evil.example")).status_code == 421

    async def test_a_reading_token_is_a_viewers(self, owner: Product) -> None:
        await owner.imported("shop")
        secret = (await a_token(owner))["token"]
        async with an_assistant(owner, secret) as client:
            assert (await client.call_tool("decide_recommendation", {"handle": "x", "status": "accepted"})).is_error

    async def test_a_body_that_is_too_large_or_no_json_is_refused(self, owner: Product) -> None:
        await owner.business()
        headers = {
            "Authorization": f"Bearer {(await a_token(owner))['token']}",
            "Accept": "application/json, text/event-stream",
            "Content-Type": "application/json",
        }
        large = await owner.client.post(MCP, content=b'{"a": "' + b"x" * 70_000 + b'"}', headers=headers)
        assert large.status_code == 413
        for bad in (b"{", b"\xff", b"[" * 1000, b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": 1}'):
            answer = await owner.client.post(MCP, content=bad, headers=headers)
            assert 400 <= answer.status_code < 500 or "error" in answer.json(), bad


class TestTokens:
    async def test_a_secret_is_shown_once_and_kept_nowhere(self, owner: Product, engine: AsyncEngine) -> None:
        business = await owner.business()
        made = await a_token(owner, expires_in_days=7)
        assert made["token"].startswith(made["prefix"])
        [listed] = (await owner.get("/users/me/tokens")).json()["tokens"]
        assert listed == {name: value for name, value in made.items() if name != "token"}
        assert (listed["business_id"], listed["scope"], listed["mcp_url"]) == (business, "read", MCP)
        life = dt.datetime.fromisoformat(listed["expires_at"]) - dt.datetime.fromisoformat(listed["created_at"])
        assert life == dt.timedelta(days=7)
        assert listed["last_used_at"] is None
        await knock(owner, made["token"])
        [used] = (await owner.get("/users/me/tokens")).json()["tokens"]
        assert used["last_used_at"] is not None
        async with engine.connect() as connection:
            dump = str((await connection.execute(text("SELECT t::text FROM personal_tokens t"))).all())
        assert made["token"] not in dump

    async def test_making_and_revoking_are_in_the_audit_log(self, owner: Product, engine: AsyncEngine) -> None:
        await owner.business()
        made = await a_token(owner)
        await owner.request("DELETE", f"/users/me/tokens/{made['id']}")
        async with engine.connect() as connection:
            rows = await connection.execute(text("SELECT action, target FROM audit_log ORDER BY at"))
            told = [(row.action, row.target) for row in rows if row.target == made["id"]]
        assert told == [("token_created", made["id"]), ("token_revoked", made["id"])]

    async def test_nobody_sees_or_revokes_anothers(self, owner: Product) -> None:
        business = await owner.business()
        made = await a_token(owner)
        stranger = await owner.signed_up("b@example.com")
        assert (await stranger.get("/users/me/tokens")).json() == {"tokens": []}
        assert (await stranger.request("DELETE", f"/users/me/tokens/{made['id']}")).status_code == 404
        assert (await stranger.post("/users/me/tokens", {"name": "x", "business_id": business})).status_code == 403
        assert (await knock(owner, made["token"])).status_code == 200

    @pytest.mark.parametrize(
        "body",
        [{}, {"name": ""}, {"name": "a", "scope": "all"}, {"name": "a", "expires_in_days": 0}, {"name": "a", "x": 1}],
    )
    async def test_bad_wishes_are_refused(self, owner: Product, body: dict[str, Any]) -> None:
        await owner.business()
        assert (await owner.post("/users/me/tokens", body)).status_code == 400


async def as_administrator(engine: AsyncEngine, statement: str) -> None:
    async with engine.begin() as connection:
        await connection.execute(text(statement))


class TestStdio:
    def command(self, url: str, token: str) -> StdioServerParameters:
        settings = {"DATABASE_URL": url, "PUBLIC_URL": "http://vaultra.test", "MCP_TOKEN": token}
        environment = {**clean_environment(**settings), "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
        return StdioServerParameters(command=sys.executable, args=["-m", "vaultra_cli", "mcp"], env=environment)

    async def test_the_same_tools_over_standard_input_and_output(self, owner: Product, database_url: str) -> None:
        await owner.imported("shop")
        made = await a_token(owner)
        async with Client(self.command(database_url, made["token"])) as client:
            assert "search_knowledge" in {tool.name for tool in (await client.list_tools()).tools}
            said = await ask(client, "get_readiness_breakdown")
            assert said["data"]["score"]["value"] == (await owner.get("/readiness")).json()["score"]
            await owner.request("DELETE", f"/users/me/tokens/{made['id']}")
            with pytest.raises(MCPError, match="no good personal token"):
                await client.call_tool("get_business_context", {})

    @pytest.mark.parametrize(("token", "code"), [("", 2), ("vaultra_wrong", 1)])
    def test_without_a_good_token_it_does_not_start(self, database_url: str, token: str, code: int) -> None:
        run = vaultra("mcp", settings={"DATABASE_URL": database_url, "MCP_TOKEN": token})
        assert run.code == code, run
        assert "personal token" in run.complaint
        assert run.output == ""
