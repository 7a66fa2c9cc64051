"""Questions about a score, over HTTP: what if, which way up, what next, what has changed, what is behind it."""

from collections.abc import Awaitable, Callable
from typing import Any

from support.product import Product
from vaultra_core import RULEBOOKS

NOBODY_HAS = "00000000-0000-7000-8000-000000000000"
SIMULATION = {"changes": {"chargeback_ratio": 0.02}}

Ask = Callable[[Product, str | None], Awaitable[Any]]


def _get(path: str, **query: Any) -> Ask:
    return lambda who, business: who.get(path, **query, **({"business_id": business} if business else {}))


QUESTIONS: dict[str, Ask] = {
    "simulate": lambda who, business: who.post(
        "/readiness/simulate", SIMULATION | ({"business_id": business} if business else {})
    ),
    "path": _get("/readiness/path"),
    "outlook": _get("/readiness/outlook"),
    "accept the path": lambda who, business: who.post(
        "/readiness/path/accept", {"business_id": business} if business else {}
    ),
    "change": _get("/readiness/change"),
    "evidence": _get("/evidence/score:lender-2:2026-01-01"),
}


def error(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()["error"]
    return body


async def test_only_members_are_answered(product: Product) -> None:
    owner, stranger = await product.signed_up("a@example.com"), await product.signed_up("b@example.com")
    business = await owner.business()
    for name, ask in QUESTIONS.items():
        assert error(await ask(product.as_nobody(), business), 401), name
        foreign, missing = await ask(stranger, business), await ask(stranger, NOBODY_HAS)
        assert error(foreign, 403)["message"] == error(missing, 403)["message"], name
        assert error(await ask(stranger, None), 400)["details"]["field"] == "business_id", name
        assert error(await ask(owner, None), 404)["details"]["reason"] == "not_connected", name


async def test_what_if_and_path_agree_with_the_score(product: Product) -> None:
    owner = await product.signed_up()
    await owner.imported("shop")
    now = (await owner.get("/readiness")).json()
    lines = {line["factor"]: line for line in now["contributions"]}

    worse = (await owner.post("/readiness/simulate", {"changes": {"chargeback_ratio": 0.5}})).json()
    assert (worse["score_now"], worse["raw_score_now"], worse["tier_now"]) == (
        now["score"],
        now["raw_score"],
        now["tier"],
    )
    assert worse["score"] < now["score"]
    moved = {line["factor"]: line for line in worse["moved"]}
    assert moved["disputes"]["points"] == 0
    assert moved["disputes"]["points_now"] == lines["disputes"]["points"]
    assert set(moved) <= {"disputes", *(name for name in moved if name.startswith("cap_"))}
    assert worse["raw_score"] - worse["raw_score_now"] == sum(
        line["points"] - line["points_now"] for line in worse["moved"]
    )

    way = (await owner.get("/readiness/path", target="100")).json()
    assert way["score"] == now["score"] and way["target"] == 100
    near = (await owner.get("/readiness/path", target=str(min(way["highest"], now["score"] + 1)))).json()
    assert near["reached"]
    changes = {step["factor"]: step["value_target"] for step in near["steps"]}
    after = (await owner.post("/readiness/simulate", {"changes": changes})).json()
    assert after["score"] == near["score_after"] >= near["target"]

    ahead = (await owner.get("/readiness/outlook", days="40")).json()
    assert (ahead["as_of"], ahead["score"], ahead["days"]) == (now["as_of"], now["score"], 40)
    assert len(ahead["scores"]) == 40

    past = (await owner.get("/readiness/history", limit="100")).json()["scores"]
    change = (await owner.get("/readiness/change", **{"from": past[-1]["as_of"]})).json()
    assert (change["score_from"], change["score_to"]) == (past[-1]["score"], now["score"])
    assert change["raw_to"] - change["raw_from"] == sum(move["change"] for move in change["moves"])
    for handle in [handle for move in change["moves"] for handle in (*move["entered"], *move["left"])]:
        assert (await owner.get(f"/evidence/{handle}", limit="1")).status_code == 200, handle
    assert error(await owner.get("/readiness/change", **{"from": "2001-01-01", "to": "2001-02-01"}), 404)
    assert error(await owner.get("/readiness/change", to="9999-12-31"), 404)
    assert error(await owner.get("/readiness/change", **{"from": "2026-02-01", "to": "2026-01-01"}), 422)
    assert error(await owner.get("/readiness/change", **{"from": "2020-01-01", "to": "2026-01-01"}), 422)
    assert error(await owner.get("/readiness/change", **{"from": "soon"}), 400)
    assert [limit["threshold"] for limit in ahead["limits"]] == [0.0075, 0.015]


SENSELESS: list[tuple[dict[str, float], int, str]] = [
    ({"charm": 1}, 400, "unknown metric"),
    ({"chargeback_ratio": -0.1}, 422, "out of range"),
    ({"payout_reliability": 1.5}, 422, "out of range"),
    ({"revenue_total": -1}, 422, "out of range"),
    ({"top_customer": 2}, 422, "out of range"),
    ({"revenue_total": 1e300, "weekly_trend": -2}, 422, "out of range"),
]


async def test_a_senseless_assumption_is_refused(product: Product) -> None:
    owner = await product.signed_up()
    await owner.imported("shop")
    for changes, status, reason in SENSELESS:
        details = error(await owner.post("/readiness/simulate", {"changes": changes}), status)["details"]
        assert details["reason"] == reason, changes
        assert status != 400 or {"chargeback_ratio", "revenue_total", "disputes"} <= set(details["known"])


async def test_a_malformed_question_is_refused(product: Product) -> None:
    owner = await product.signed_up()
    await owner.business()
    bodies: list[Any] = [
        {},
        {"changes": {}},
        {"changes": {"scale": "x"}},
        {"changes": {"scale": None}},
        {"changes": []},
    ]
    bodies += [{"changes": {"a\x00": 1}}, {**SIMULATION, "more": 1}, {"business_id": "x", **SIMULATION}, None, []]
    for body in bodies:
        assert error(await owner.post("/readiness/simulate", body), 400)["code"] == "VALIDATION_ERROR", body
    for days in ("0", "366", "x", "9" * 500):
        assert error(await owner.get("/readiness/outlook", days=days), 400)["code"] == "VALIDATION_ERROR", days
    for target in ("-1", "101", "x", "9" * 500):
        assert error(await owner.get("/readiness/path", target=target), 400)["code"] == "VALIDATION_ERROR", target


async def test_every_number_is_a_handle(product: Product) -> None:
    """From the score down to the disputes themselves; pages of any size hold the same objects."""
    owner = await product.signed_up()
    business = await owner.imported("shop")
    score = (await owner.get("/readiness")).json()
    top = (await owner.get(f"/evidence/{score['handle']}")).json()
    assert top["value"] == score["score"]
    assert [part["handle"] for part in top["parts"]] == [line["handle"] for line in score["contributions"]]
    for line in score["contributions"]:
        found = (await owner.get(f"/evidence/{line['handle']}")).json()
        assert (found["value"], found["statement"]) == (line["points"], line["reason"])
        assert found["parts"] or not line["evidence"]

    disputes = next(line for line in score["contributions"] if line["factor"] == "disputes")
    named = (await owner.get(f"/evidence/{disputes['handle']}", limit="200")).json()
    count = next(part["value"] for part in named["parts"] if part["handle"].startswith("days:chargeback_count"))
    assert len(named["objects"]) == count > 0
    assert all(each["object"] == "dispute" and each["id"].startswith("dp_") for each in named["objects"])

    snapshot = (await owner.get("/metrics")).json()
    day = snapshot["period_end"]
    revenue = (await owner.get(f"/evidence/metric:revenue_total:{day}")).json()
    assert (revenue["value"], revenue["currency"]) == (snapshot["revenue_total"], snapshot["currency"])
    (span,) = revenue["parts"]
    objects: list[Any] = []
    cursor: str | None = None
    while True:
        query = {"limit": "37"} | ({"cursor": cursor} if cursor else {})
        page = (await owner.get(f"/evidence/{span['handle']}", **query)).json()
        objects += page["objects"]
        assert len(page["objects"]) == 37 or page["next_cursor"] is None
        if (cursor := page["next_cursor"]) is None:
            break
    assert len(objects) == len({each["id"] for each in objects}) == snapshot["transaction_count"]
    assert round(sum(each["amount"] for each in objects), 2) == snapshot["revenue_total"]

    advice = (await owner.get("/recommendations")).json()["recommendations"][0]
    rests = (await owner.get(f"/evidence/recommendation:{advice['id']}")).json()
    assert (rests["title"], rests["statement"]) == (advice["title"], advice["description"])
    for part in rests["parts"]:
        assert (await owner.get(f"/evidence/{part['handle']}")).status_code == 200, part

    other = await product.signed_up("other@example.com")
    await other.imported("saas")
    assert error(await other.get(f"/evidence/recommendation:{advice['id']}"), 404)
    assert error(await other.get(f"/evidence/{span['handle']}", business_id=business), 403)
    theirs = (await other.get(f"/evidence/{span['handle']}", limit="200")).json()["objects"]
    assert not {each["id"] for each in theirs} & {each["id"] for each in objects}
    day = (await other.get("/metrics")).json()["period_end"]
    recurring = (await other.get(f"/evidence/metric:mrr:{day}")).json()
    assert recurring["parts"]
    for part in recurring["parts"][:3]:
        found = (await other.get(f"/evidence/{part['handle']}")).json()
        (subscription,) = found["objects"]
        assert (subscription["object"], subscription["id"]) == ("subscription", part["handle"].split(":")[-1])
        assert subscription["amount"] == found["value"] == part["value"] > 0
    for handle, status in [
        (f"recommendation:{NOBODY_HAS}", 404),
        ("recommendation:x", 400),
        ("score:lender-2:9999-12-31", 404),
        ("score:none:2026-01-01", 400),
        ("days:gross_minor:x:y", 400),
        ("nonsense", 400),
        ("contribution:lender-2:%00:x", 400),
    ]:
        assert error(await owner.get(f"/evidence/{handle}"), status), handle
    for bad in ({"cursor": "x"}, {"cursor": "a~b~c"}, {"limit": "0"}, {"limit": "201"}, {"cursor": "\x00~1~x"}):
        assert error(await owner.get(f"/evidence/{span['handle']}", **bad), 400), bad


async def test_rulebooks_are_data_and_can_be_laid_side_by_side(product: Product) -> None:
    owner = await product.signed_up()
    books = (await owner.get("/rulebooks")).json()["rulebooks"]
    assert [book["name"] for book in books] == list(RULEBOOKS)
    for book in books:
        assert (await owner.get(f"/rulebooks/{book['name']}")).json() == book
        known = RULEBOOKS[book["name"]]
        assert [(each["name"], each["source"]) for each in book["factors"]] == [
            (f.name, f.source) for f in known.factors
        ]
        assert all(len(each["bands"]) > 1 and each["measured"] for each in book["factors"])
    assert error(await owner.get("/rulebooks/none"), 404)["details"]["known"] == list(RULEBOOKS)
    assert error(await product.as_nobody().get("/rulebooks"), 401)

    await owner.imported("shop")
    for name in RULEBOOKS:
        score = (await owner.get("/readiness", rulebook=name)).json()
        assert score["rulebook"] == name
        (newest,) = (await owner.get("/readiness/history", rulebook=name, limit="1")).json()["scores"]
        assert (newest["score"], newest["as_of"]) == (score["score"], score["as_of"])
    for path in ("/readiness", "/readiness/history"):
        assert error(await owner.get(path, rulebook="none"), 400)["details"]["field"] == "rulebook"


async def test_a_path_becomes_accepted_recommendations_and_asking_twice_changes_nothing(product: Product) -> None:
    owner = await product.signed_up()
    await owner.imported("shop")
    path = (await owner.get("/readiness/path")).json()
    assert path["steps"], "an account in a dispute spike has a way up"
    before = {each["id"]: each["status"] for each in (await owner.get("/recommendations")).json()["recommendations"]}

    answer = await owner.post("/readiness/path/accept", {})
    assert answer.status_code == 200, answer.text
    plan = answer.json()
    assert plan["path"] == path
    chosen = {each["id"] for each in plan["recommendations"]}
    assert len(plan["without"]) < len(path["steps"])
    after = {each["id"]: each["status"] for each in (await owner.get("/recommendations")).json()["recommendations"]}
    assert chosen and all(after[each] == "accepted" for each in chosen)
    others = before.keys() - chosen
    assert {each: after[each] for each in others} == {each: before[each] for each in others}
    again = (await owner.post("/readiness/path/accept", {})).json()
    assert {each["id"]: each["updated_at"] for each in again["recommendations"]} == {
        each["id"]: each["updated_at"] for each in plan["recommendations"]
    }


async def test_what_was_dismissed_is_not_accepted_by_a_path(product: Product) -> None:
    owner = await product.signed_up()
    await owner.imported("shop")
    first = (await owner.post("/readiness/path/accept", {"target": 100})).json()
    assert first["without"] == [], "every step of a lever has a recommendation"
    other = await product.signed_up("other@example.com")
    await other.imported("saas")
    pending = (await other.get("/recommendations", status="pending")).json()["recommendations"]
    for each in pending:
        await other.patch(f"/recommendations/{each['id']}", {"status": "dismissed"})
    plan = (await other.post("/readiness/path/accept", {"target": 100})).json()
    assert plan["recommendations"] == []
    assert plan["without"] == [step["factor"] for step in plan["path"]["steps"]]
