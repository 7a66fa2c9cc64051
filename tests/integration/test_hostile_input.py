"""Hostile values in every field and parameter that the OpenAPI document knows: a clear 4xx, whatever the route.

Nothing here names a route: one that is new is asked the same.
"""

import json
from collections.abc import Iterator
from typing import Any

from support.product import API, Product

# As JSON text, because most of this cannot be said in Python's.
ALWAYS_REFUSED = {
    "NaN": b"NaN",
    "infinity": b"-Infinity",
    "1e400": b"1e400",
    "5 000 digits": b"9" * 5000,
    "depth 1 000": b"[" * 1000 + b"]" * 1000,
    "depth 30 000": b"[" * 30_000 + b"]" * 30_000,
    "lone surrogate": b'"\\ud800"',
    "no UTF-8": b'"\xff\xfe"',
    "a key twice": b'{"a": 1, "a": 2}',
}
NEVER_A_FAULT = {
    "NUL": b'"a\\u0000b"',
    "2^63": b"9223372036854775808",
    "-2^63 - 1": b"-9223372036854775809",
    "-1": b"-1",
    "0.1": b"0.1",
    "null": b"null",
    "true": b"true",
    "empty": b'""',
    "list": b"[]",
    "object": b"{}",
    "year 0": b'"0000-01-01"',
    "year 10000": b'"10000-01-01"',
    "long": b'"' + b"x" * 20_000 + b'"',
    "right to left": '"\u202e\u0301"'.encode(),
    "unknown": b'"d6e3fcb6-3a5f-7000-8000-000000000000"',
}
QUERY = [
    "",
    "\x00",
    "9" * 400,
    "-1",
    "9223372036854775808",
    "NaN",
    "0000-01-01",
    "10000-01-01",
    "\u202e",
    "a" * 5000,
    "[]",
]
RAW_QUERY = ["%ff%fe", "%ED%A0%80", "%00", "%", "%zz", "\\ud800"]
JSON = {"Content-Type": "application/json"}


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), API.removesuffix("/api/v1") + path, operation


def fields(document: dict[str, Any], operation: dict[str, Any]) -> list[str] | None:
    """The names of the fields of an operation's body; None when it has no JSON body of a known shape."""
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return None
    reference = next((part["$ref"] for part in [schema, *schema.get("oneOf", [])] if "$ref" in part), None)
    if reference:
        schema = document["components"]["schemas"][reference.rpartition("/")[2]]
    return list(schema.get("properties", {}))


def filled(path: str, business: str, value: str = "00000000-0000-7000-8000-000000000000") -> str:
    """The path with the asker's own business in it: a foreign one is refused before anything else is read."""
    return "/".join(value if part.startswith("{") else part for part in path.replace("{business}", business).split("/"))


def check(answer: Any, what: object, *, refused: bool = False) -> None:
    assert answer.status_code < 500, (what, answer.text)
    assert not refused or answer.status_code >= 400, (what, answer.status_code, answer.text)
    if answer.status_code >= 400:
        assert set(answer.json()["error"]) == {"code", "message", "details", "request_id"}, (what, answer.text)


async def asked(product: Product) -> tuple[Product, dict[str, Any], str]:
    owner = await product.signed_up()
    business = await owner.business()
    document: dict[str, Any] = (await product.get("/openapi.json")).json()
    return owner, document, business


async def test_every_field_of_every_body(product: Product) -> None:
    owner, document, business = await asked(product)
    tried = 0
    for method, path, operation in operations(document):
        names = fields(document, operation)
        if names is None:
            continue
        for name in [*names, "nobody_knows_this"]:
            for values, refused in ((ALWAYS_REFUSED, True), (NEVER_A_FAULT, name == "nobody_knows_this")):
                for what, value in values.items():
                    body = json.dumps(name).encode().join([b"{", b": "]) + value + b"}"
                    answer = await owner.request(method, filled(path, business), content=body, headers=JSON)
                    check(answer, (method, path, name, what), refused=refused)
                    tried += 1
    assert tried > 500


async def test_every_body_refuses_what_it_does_not_know_and_what_it_is_told_twice(product: Product) -> None:
    owner, document, business = await asked(product)
    for method, path, operation in operations(document):
        names = fields(document, operation)
        if names is None:
            continue
        surprise = await owner.request(method, filled(path, business), content=b'{"surprise": 1}', headers=JSON)
        if surprise.status_code != 404:  # a path that is looked up before its body is read
            assert "surprise" in surprise.text, (method, path, surprise.text)
        twice = f'{{"{names[0]}": "x", "{names[0]}": "x"}}' if names else "{}"
        answer = await owner.request(method, filled(path, business), content=twice.encode(), headers=JSON)
        assert not names or answer.json()["error"]["details"].get("reason") == "twice", (method, path, answer.text)
        for kind, body in (("text/plain", b"{}"), ("application/x-www-form-urlencoded", b"a=1"), ("", b"{}")):
            other = await owner.request(method, filled(path, business), content=body, headers={"Content-Type": kind})
            check(other, (method, path, kind), refused=True)
            assert other.status_code == 415, (method, path, kind, other.text)


async def test_every_parameter_of_every_path_and_query(product: Product) -> None:
    owner, document, business = await asked(product)
    for method, path, operation in operations(document):
        body: dict[str, Any] = {"content": b"{}", "headers": JSON} if "requestBody" in operation else {}
        for parameter in operation.get("parameters", []):
            name = parameter["name"]
            for value in QUERY if parameter["in"] == "query" else []:
                answer = await owner.request(method, filled(path, business), params={name: value}, **body)
                check(answer, (method, path, name, value))
            for value in RAW_QUERY if parameter["in"] == "query" else []:
                answer = await owner.request(method, f"{filled(path, business)}?{name}={value}", **body)
                check(answer, (method, path, name, value))
            for value in [*RAW_QUERY, "%2e%2e%2f", "0", "a" * 5000] if parameter["in"] == "path" else []:
                check(
                    await owner.request(method, filled(path, value if name == "business" else business, value), **body),
                    (method, path, name, value),
                )
