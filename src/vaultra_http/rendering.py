"""How answers become JSON: money as decimal numbers, moments with a Z."""

import datetime as dt
from typing import Any

import msgspec
from litestar import Response
from litestar.enums import MediaType

_ENCODER = msgspec.json.Encoder(decimal_format="number")


class JsonResponse(Response[Any]):
    """The response class of the whole application. Everything but plain text goes through one encoder."""

    def render(self, content: Any, media_type: str, enc_hook: Any = None) -> bytes:
        if media_type == MediaType.JSON and not isinstance(content, bytes):
            return _ENCODER.encode(content)
        return super().render(content, media_type, enc_hook)


def utc(moment: dt.datetime) -> dt.datetime:
    """A moment of any zone in UTC, so that it is written with a Z."""
    return moment.astimezone(dt.UTC)
