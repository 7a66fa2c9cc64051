"""Bad input gets a clear 4xx in the one envelope, whatever it is and wherever it comes."""

import json
from typing import Any

import pytest

from support.product import API, PASSWORD, Product

GOOD_SIGN_UP = {"email": "new@example.com", "password": PASSWORD, "name": "New"}
GOOD_BUSINESS = {"name": "Café"}
ID = "00000000-0000-7000-8000-000000000000"

BODIES: list[tuple[str, str, dict[str, Any], str, list[Any]]] = [
    ("POST", "/auth/signup", GOOD_SIGN_UP, "email", ["", "no", "a@b", "a b@c.d", "a@b.c\x00", "a@b.c" * 100, 5, None]),
    ("POST", "/auth/signup", GOOD_SIGN_UP, "password", ["", "short", "password", "new@example.com", "x" * 129, None]),
    ("POST", "/auth/signup", GOOD_SIGN_UP, "name", ["", "   ", "a\x00b", "x" * 201, [], {}]),
    ("POST", "/auth/login", {"email": "a@b.cd", "password": "x"}, "email", [None, 1, "a\x00", "x" * 300]),
    ("POST", "/users/businesses", GOOD_BUSINESS, "name", ["", "\t", "\x00", None, 3, "x" * 201]),
    ("POST", "/users/businesses", GOOD_BUSINESS, "industry", ["casino", 1, ""]),
    ("POST", "/users/businesses", GOOD_BUSINESS, "founded_at", ["0000-01-01", "10000-01-01", "2020-02-30", "soon", 5]),
    ("POST", "/users/businesses", GOOD_BUSINESS, "currency", ["", "usdx", "u$d", "12", None]),
    ("POST", "/users/businesses", GOOD_BUSINESS, "timezone", ["", "Mars/Base", "../../etc/passwd", "a" * 65, None]),
    ("POST", "/users/businesses", GOOD_BUSINESS, "revenue_estimate", [-1, "NaN", "Infinity", 1e20, "x", True, []]),
    ("PATCH", "/users/me", {}, "avatar_url", ["http://x.y", "javascript:alert(1)", "https://", 1, "https://a\x00"]),
    ("PATCH", f"/recommendations/{ID}", {}, "status", ["resolved", "pending", "", None, 1]),
]


def refused(answer: Any, status: int = 400) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    error: dict[str, Any] = answer.json()["error"]
    assert error["message"] and error["request_id"]
    return error


@pytest.mark.parametrize(("method", "path", "good", "field", "values"), BODIES)
async def test_a_bad_field_is_named(
    product: Product, method: str, path: str, good: dict[str, Any], field: str, values: list[Any]
) -> None:
    owner = await product.signed_up()
    for value in values:
        error = refused(await owner.request(method, path, json={**good, field: value}))
        assert (error["code"], error["details"].get("field")) == ("VALIDATION_ERROR", field), value


BROKEN = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b"\xff\xfe{}",
    b'{"name": "\\ud800"}',
    b'{"name": "x", "extra": 1}',
    b'{"name": "x", "name": "y"}',
    b'{"name": "x", "revenue_estimate": 1e400}',
    b'{"name": "x", "revenue_estimate": NaN}',
    b'{"name": "x", "revenue_estimate": ' + b"9" * 5000 + b"}",
    b'{"name": ' + b"[" * 1000 + b"]" * 1000 + b"}",
]


async def test_a_broken_body_is_refused(product: Product) -> None:
    owner = await product.signed_up()
    for body in BROKEN:
        headers = {"Content-Type": "application/json"}
        refused(await owner.request("POST", "/users/businesses", content=body, headers=headers))
    assert (await owner.get("/auth/me")).json()["businesses"] == []


async def test_another_content_type_is_refused(product: Product) -> None:
    owner = await product.signed_up()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
        answer = await owner.request(
            "POST", "/users/businesses", content=b'{"name":"x"}', headers={"Content-Type": kind}
        )
        assert refused(answer, 415)["code"] == "UNSUPPORTED_MEDIA_TYPE"


async def test_a_body_that_is_too_large_is_refused(product: Product) -> None:
    owner = await product.signed_up()
    body = json.dumps({"name": "x" * 70_000}).encode()
    answer = await owner.request(
        "POST", "/users/businesses", content=body, headers={"Content-Type": "application/json"}
    )
    assert refused(answer, 413)["code"] == "PAYLOAD_TOO_LARGE"
    event = await product.webhook(b"x" * (1024 * 1024 + 1))
    assert refused(event, 413)["code"] == "PAYLOAD_TOO_LARGE"


QUERIES = [
    ("/readiness", {"business_id": "x"}),
    ("/readiness", {"business_id": "\x00"}),
    ("/readiness/history", {"limit": "0"}),
    ("/readiness/history", {"limit": "401"}),
    ("/readiness/history", {"limit": "many"}),
    ("/readiness/history", {"limit": "9" * 5000}),
    ("/metrics/history", {"start_date": "yesterday"}),
    ("/metrics/history", {"start_date": "0000-00-00"}),
    ("/metrics/history", {"end_date": "2020-13-01"}),
    ("/recommendations", {"status": "open"}),
    ("/recommendations", {"priority": "urgent"}),
    ("/integrations/stripe/callback", {"state": "x" * 5000}),
]


async def test_a_bad_query_is_refused(product: Product) -> None:
    owner = await product.signed_up()
    await owner.business()
    for path, query in QUERIES:
        assert refused(await owner.get(path, **query))["code"] == "VALIDATION_ERROR", (path, query)


async def test_a_range_that_ends_before_it_starts_is_senseless(product: Product) -> None:
    owner = await product.signed_up()
    await owner.business()
    answer = await owner.get("/metrics/history", start_date="2026-02-01", end_date="2026-01-01")
    assert refused(answer, 422)["code"] == "UNPROCESSABLE"


async def test_dates_at_the_ends_of_the_calendar_are_fine(product: Product) -> None:
    owner = await product.signed_up()
    await owner.business()
    for query in ({"start_date": "0001-01-01"}, {"end_date": "9999-12-31"}, {"end_date": "0001-01-01"}):
        assert (await owner.get("/metrics/history", **query)).status_code in (200, 422)


async def test_an_unknown_path_is_a_404_in_json(product: Product) -> None:
    owner = await product.signed_up()
    for path in ("/users/businesses/x", "/nope", "/", "/auth", "/auth/signup/x"):
        assert refused(await owner.get(path), 404)["code"] == "NOT_FOUND", path


async def test_a_wrong_method_is_a_405_in_json(product: Product) -> None:
    answer = await product.request("DELETE", "/auth/login")
    assert refused(answer, 405)["code"] == "METHOD_NOT_ALLOWED"


async def test_every_answer_has_an_id_and_is_private(product: Product) -> None:
    for path in ("/auth/me", "/nope", "/health"):
        answer = await product.get(path)
        assert answer.headers["X-Request-Id"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers.get("X-Content-Type-Options") == "nosniff"


async def test_the_document_tells_the_truth_about_its_routes(product: Product) -> None:
    document = (await product.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.")
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            statuses = set(operation["responses"])
            assert statuses & {"200", "201", "202", "204", "302"}, (method, path)
            public = operation.get("security") == [{}]
            assert ("401" in statuses) or public, (method, path)
            anonymous = await product.client.request(
                method, API.removesuffix("/api/v1") + path.replace("{", "").replace("}", "")
            )
            assert (anonymous.status_code == 401) is not public or anonymous.status_code in (400, 401, 404), (
                method,
                path,
            )
