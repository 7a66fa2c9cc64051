"""JSON in, JSON out: money as decimal numbers, moments with a Z."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import msgspec
from litestar import Request, Response
from litestar._openapi.schema_generation import SchemaCreator
from litestar.enums import MediaType
from litestar.exceptions import ClientException
from litestar.openapi.spec import OpenAPIType, Schema
from litestar.plugins import OpenAPISchemaPlugin
from litestar.typing import FieldDefinition

from vaultra_core.errors import InvalidInput

_ENCODER = msgspec.json.Encoder(decimal_format="number")


class JsonResponse(Response[Any]):
    """The response class of the whole application. Everything but plain text goes through one encoder."""

    def render(self, content: Any, media_type: str, enc_hook: Any = None) -> bytes:
        if media_type == MediaType.JSON and not isinstance(content, bytes):
            return _ENCODER.encode(content)
        return super().render(content, media_type, enc_hook)


class DecimalSchema(OpenAPISchemaPlugin):
    """Says in the OpenAPI document what the encoder does: a decimal is a number (the framework would say string)."""

    @staticmethod
    def is_plugin_supported_type(value: Any) -> bool:
        return value is Decimal

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:
        return Schema(type=OpenAPIType.NUMBER)


RAW = "raw"  # the mark of a route that verifies its body byte for byte and reads it by itself
raw: dict[str, Any] = {RAW: True}


async def refuse_bad_bodies(request: Request[Any, Any, Any]) -> None:
    """The framework would read any body as JSON, also one that a foreign form can send without asking, and of a key
    that comes twice it would take one."""
    has_body = request.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in request.headers
    if not has_body:
        return
    if request.content_type[0] != MediaType.JSON:
        raise ClientException("Send JSON: Content-Type has to be application/json.", status_code=415)
    if not request.route_handler.opt.get(RAW):
        refuse_ambiguous_json(await request.body())


def refuse_ambiguous_json(body: bytes) -> None:
    """Raise `InvalidInput` for JSON that readers understand differently: keys that come twice, NaN, numbers and depths
    beyond reason, what is not UTF-8. What is valid otherwise is for the schema to say."""
    try:
        json.loads(body.decode(), object_pairs_hook=_once_each, parse_constant=_no_constant)
    except RecursionError:
        raise InvalidInput("The body is nested too deeply.", reason="nested too deeply") from None
    except ValueError as error:  # UnicodeDecodeError and json.JSONDecodeError are two
        raise InvalidInput(f"The body is no JSON that we take: {error}", reason="malformed") from None


def _once_each(pairs: list[tuple[str, Any]]) -> None:
    seen = set()
    for key, _ in pairs:
        if key in seen:
            raise InvalidInput("The body has a field twice.", field=key[:100], reason="twice")
        seen.add(key)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number in JSON")


def utc(moment: dt.datetime) -> dt.datetime:
    """A moment of any zone in UTC, so that it is written with a Z."""
    return moment.astimezone(dt.UTC)
