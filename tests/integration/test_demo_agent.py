"""Issue 6, "Done when", in the demo without a key: the seven questions by chat and by MCP, beside the API's figures."""

import asyncio
import datetime as dt
import re
from collections.abc import Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from support.assistant import NEW, OLD, ask
from support.demo import Demo, Owner, until
from vaultra_core.domain.wording import day

SPIKE = "Parcel & Post"  # the sample business with chargebacks


class Asking:
    """The sample owner, about one business."""

    def __init__(self, demo: Demo) -> None:
        self.owner = Owner(demo)
        [sign_in] = demo.facts["sample_sign_ins"]
        self.owner.log_in(sign_in["email"], sign_in["password"])
        businesses = self.owner.call("GET", "/auth/me")["businesses"]
        self.business = next(each["id"] for each in businesses if each["name"] == SPIKE)

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        return self.owner.call("GET", path, business_id=self.business, **query)

    def said(self, question: str) -> str:
        """The answer's text, once its sources are cited and each of its figures has been resolved."""
        answer = self.owner.call("POST", "/agent/chat", {"message": question, "business_id": self.business})
        text: str = answer["response"]
        assert answer["model"] == "grounded" and answer["figures"] and answer["citations"], answer
        assert "left out" not in text
        for figure in answer["figures"]:
            assert figure["text"] in text and figure["label"], figure
            kind, _, name = figure["handle"].partition(":")
            if kind == "knowledge":
                assert name in {each["doc_id"] for each in answer["citations"]}
            else:
                assert self.get(f"/evidence/{figure['handle']}", limit=1)["title"], figure
        for each in answer["citations"]:
            assert f"[{each['doc_id']}]" in text
        return text


@pytest.fixture(scope="module")
def asking(demo: Demo) -> Asking:
    asking = Asking(demo)
    question = {"message": "What do lenders look at?", "business_id": asking.business}
    # The knowledge base is filled beside serving.
    until(lambda: asking.owner.call("POST", "/agent/chat", question)["citations"], "the knowledge base is there")
    return asking


def number(text: str) -> float:
    return float(text.replace(",", ""))


def test_the_seven_questions_are_answered_rightly(asking: Asking) -> None:
    readiness = asking.get("/readiness")
    score = readiness["score"]
    lines = {line["factor"]: line for line in readiness["contributions"]}

    said = asking.said("What's hurting my funding readiness?")
    assert f"**{score} of 100**" in said
    lost = sorted((line["max_points"] - line["points"] for line in lines.values()), reverse=True)[:3]
    assert [number(each) for each in re.findall(r"\*\*: ([\d.]+) points? lost", said)] == pytest.approx(lost, abs=0.01)

    said = asking.said("What should I do this week?")
    open_ = asking.get("/recommendations", status="pending")["recommendations"][:3]
    assert re.findall(r"^- \*\*(.+)\*\* \(\+([\d.]+) points?\)", said, re.MULTILINE) == [
        (each["title"], f"{each['impact_points']:g}") for each in open_
    ]

    said = asking.said("What if my chargebacks fell by half?")
    [(then, now)] = re.findall(r"Assumed: chargebacks at ([\d.,]+)(?: on average)? instead of ([\d.,]+)\.", said)
    counted = asking.get(f"/evidence/{lines['disputes']['handle']}", limit=100)["objects"]
    assert (number(now), number(then)) == (len(counted), len(counted) / 2)
    moved = re.search(r"from (\d+) to \*\*(\d+) of 100\*\*", said)
    assert moved is not None and int(moved[1]) == score < int(moved[2])

    said = asking.said("Why did my score drop last month?")
    this_month = dt.date.fromisoformat(readiness["as_of"]) + dt.timedelta(days=1)
    last = this_month.replace(day=1) - dt.timedelta(days=1)
    first = last.replace(day=1) - dt.timedelta(days=1)
    change = asking.get("/readiness/change", **{"from": str(first), "to": str(last)})
    for figure in (change["score_from"], change["score_to"], day(first), day(last)):
        assert str(figure) in said

    said = asking.said("Which disputes count against me?")
    assert re.findall(r"`(dp_\w+)`", said) == [each["id"] for each in counted]

    said = asking.said("How far am I from the next tier?")
    path = asking.get("/readiness/path")
    assert f"You need {path['target'] - score} points more to reach {path['target']}." in said
    titles = re.findall(r"^- \*\*(.+?)\*\* \(\+", said, re.MULTILINE)
    assert titles == [step["title"] for step in path["steps"]]

    said = asking.said("What do lenders look at?")
    assert "[funding-readiness-factors]" in said and f"**{score} of 100**" in said


@asynccontextmanager
async def an_assistant_of(asking: Asking, mode: str) -> Any:
    """The SDK's client over the wire, with a token that the owner has made."""
    body = {"name": f"A laptop, {mode}", "business_id": asking.business}
    token = (await asyncio.to_thread(asking.owner.call, "POST", "/users/me/tokens", body, expect=201))["token"]
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=60) as http,
        Client(streamable_http_client(asking.owner.demo.facts["mcp_url"], http_client=http), mode=mode) as client,
    ):
        yield client


def handles_in(data: Any) -> set[str]:
    if isinstance(data, Mapping):
        own = {data["handle"]} if isinstance(data.get("handle"), str) else set()
        return own.union(*map(handles_in, data.values()))
    return set().union(*map(handles_in, data)) if isinstance(data, list) else set()


@pytest.mark.parametrize("mode", [OLD, NEW])
async def test_the_same_through_mcp(asking: Asking, mode: str) -> None:
    readiness, path = [await asyncio.to_thread(asking.get, each) for each in ("/readiness", "/readiness/path")]
    async with an_assistant_of(asking, mode) as client:
        hurts = await ask(client, "get_readiness_breakdown")
        todo = await ask(client, "get_top_recommendations", limit=3)
        halved = await ask(client, "simulate_change", changes=[{"metric": "chargeback_count", "times": 0.5}])
        change = await ask(client, "explain_change")
        tier = await ask(client, "get_path_to_tier")
        lenders = await ask(client, "search_knowledge", query="What do lenders look at?")
        said = [hurts, todo, halved, change, tier]
        lines = [line for part in ("helps", "hurts", "neutral") for line in hurts["data"][part]]
        [disputes] = [line for line in lines if line["factor"] == "disputes"]
        counted = await ask(client, "list_evidence", handle=disputes["points"]["handle"], limit=100)
        for handle in sorted(handles_in(said)):
            assert (await ask(client, "list_evidence", handle=handle, limit=1))["summary"], handle
    assert hurts["data"]["score"]["value"] == halved["data"]["score_now"]["value"] == readiness["score"]
    assert halved["data"]["score_then"]["value"] > readiness["score"]
    open_ = await asyncio.to_thread(lambda: asking.get("/recommendations", status="pending"))
    assert [each["title"] for each in todo["data"]["recommendations"]] == [
        each["title"] for each in open_["recommendations"][:3]
    ]
    assert change["data"]["score_to"]["value"] == readiness["score"]
    assert [step["title"] for step in tier["data"]["steps"]] == [step["title"] for step in path["steps"]]
    assert "funding-readiness-factors" in {each["doc_id"] for each in lenders["data"]["passages"]}
    named = await asyncio.to_thread(lambda: asking.get(f"/evidence/{disputes['points']['handle']}", limit=100))
    assert counted["data"]["objects"]
    assert [(each["id"], each["object"]) for each in counted["data"]["objects"]] == [
        (each["id"], "dispute") for each in named["objects"]
    ]
