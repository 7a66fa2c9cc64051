"""JSON in, JSON out: money as decimal numbers, moments with a Z."""

import datetime as dt
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


async def refuse_other_media_types(request: Request[Any, Any, Any]) -> None:
    """The framework would read any body as JSON, also one that a foreign form can send without asking."""
    has_body = request.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in request.headers
    if has_body and request.content_type[0] != MediaType.JSON:
        raise ClientException("Send JSON: Content-Type has to be application/json.", status_code=415)


def utc(moment: dt.datetime) -> dt.datetime:
    """A moment of any zone in UTC, so that it is written with a Z."""
    return moment.astimezone(dt.UTC)
