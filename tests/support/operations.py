"""The routes of the OpenAPI document as things to call, with whatever ids one likes in their path, query and body."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import msgspec

from support.product import API, Product

BUSINESS = {"business", "business_id"}
METHODS = ("get", "post", "put", "patch", "delete")
TEXTS = ("Some words", "x@example.com", "https://example.com/x", "eur", "Some-words_1")


class Underivable(AssertionError):
    """The matrix does not know how to call a route."""

    def __init__(self, operation: "Operation", what: str) -> None:
        super().__init__(f"{operation}: {what}. Teach tests/support/operations.py how such a thing is called.")


class Place(msgspec.Struct, frozen=True):
    """Where a route takes an id (`uuid`) or a text that may hold one."""

    where: str  # path, query or body
    name: str
    kind: str  # uuid or text

    @property
    def business(self) -> bool:
        return self.name in BUSINESS


class Operation(msgspec.Struct, frozen=True):
    method: str
    path: str
    public: bool
    places: tuple[Place, ...]
    body: dict[str, Any] | None  # the least that its schema allows
    pages: bool  # takes a cursor

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def businesses(self) -> tuple[Place, ...]:
        return tuple(place for place in self.places if place.business)

    @property
    def others(self) -> tuple[Place, ...]:
        return tuple(place for place in self.places if not place.business and place.kind == "uuid")

    @property
    def texts(self) -> tuple[Place, ...]:
        return tuple(place for place in self.places if place.kind == "text")

    async def call(self, person: Product, values: Mapping[Place, str], **query: str) -> httpx.Response:
        url = API.removesuffix("/api/v1") + self.path
        body = None if self.body is None else dict(self.body)
        for place in self.places:
            value = values.get(place)
            if place.where == "path":
                url = url.replace(f"{{{place.name}}}", value or "missing")
            elif value is not None and place.where == "query":
                query[place.name] = value
            elif value is not None and body is not None:
                body[place.name] = value
        options: dict[str, Any] = {"params": query} | ({} if body is None else {"json": body})
        return await person.request(self.method, url, headers={"Accept": "application/json"}, **options)


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield _operation(document, method.upper(), path, methods[method])


def _operation(document: dict[str, Any], method: str, path: str, described: dict[str, Any]) -> Operation:
    public = described.get("security") == [{}]
    places = []
    for parameter in described.get("parameters", []):
        if "uuid" in str(parameter["schema"]):
            places.append(Place(parameter["in"], parameter["name"], "uuid"))
        elif parameter["in"] == "path":
            places.append(Place("path", parameter["name"], "text"))
    known = {parameter["name"] for parameter in described.get("parameters", [])}
    bare = Operation(method, path, public, tuple(places), None, "cursor" in known)
    if "requestBody" not in described or public:
        return bare
    content = described["requestBody"]["content"]
    if set(content) != {"application/json"}:
        raise Underivable(bare, f"its body is {set(content)}")
    schema = _resolved(document, content["application/json"]["schema"])
    properties = schema.get("properties", {})
    places += [Place("body", name, "uuid") for name, field in properties.items() if "uuid" in str(field)]
    body = {name: _value(document, properties[name], bare, name) for name in schema.get("required", [])}
    return msgspec.structs.replace(bare, places=tuple(places), body=body)


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return found
    chosen = next((part for part in schema.get("oneOf", []) if part.get("type") != "null"), None)
    return {**schema, **_resolved(document, chosen)} if chosen else schema


def _value(document: dict[str, Any], schema: dict[str, Any], operation: Operation, name: str) -> Any:
    schema = _resolved(document, schema)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "string":
        pattern = re.compile(schema.get("pattern", ""))
        fitting = (text for text in TEXTS if pattern.search(text) and len(text) >= schema.get("minLength", 0))
        if "format" not in schema and (text := next(fitting, None)):
            return text
    simple = {"boolean": False, "object": {}, "array": [], "integer": int(schema.get("minimum", 1)), "number": 1}
    if kind in simple:
        return simple[kind]
    raise Underivable(operation, f"no value is known for {name}: {schema}")
