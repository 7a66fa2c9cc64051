"""The server's protocol with an end to its patience: for those who send slowly, read slowly, say too much before they
come to the point, or come in too great numbers. The server itself has no such limits."""

import asyncio
import json
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import uuid4

from vaultra_cli.joined_writes import JoinedWritesProtocol


class GuardedProtocol(JoinedWritesProtocol):
    """Times in seconds. A refusal has the envelope of every other error, and ends the connection."""

    HEAD_SECONDS: ClassVar[float] = 10.0  # to the last header, from the connection or a later request's first byte
    HEAD_BYTES: ClassVar[int] = 16 * 1024
    BODY_SECONDS: ClassVar[float] = 30.0  # 1 MiB at 35 kB/s, slower than any network that Stripe sends over
    READ_SECONDS: ClassVar[float] = 30.0  # for a reader to take anything at all of what waits
    CONNECTIONS: ClassVar[int] = 1000

    _sending: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None
    _head = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if len(self.connections) > self.CONNECTIONS:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "UNAVAILABLE", "Too many connections.", "retry-after: 2\r\n")
        else:
            self._expect(self.HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop(self._sending)
        self._stop(self._reading)
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head = 0
        self._expect(self.HEAD_SECONDS)

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + 4)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._expect(self.BODY_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._stop(self._sending)
        super().on_message_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._reading = self.loop.call_later(self.READ_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        self._stop(self._reading)
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """What the parser refuses, and what `_count` does."""
        if self._head > self.HEAD_BYTES:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "VALIDATION_ERROR", "The headers are too large.")
        else:
            self._refuse(HTTPStatus.BAD_REQUEST, "VALIDATION_ERROR", msg)

    def _count(self, size: int) -> None:
        self._head += size
        if self._head > self.HEAD_BYTES:
            raise ValueError("the head of the request is too large")  # the parser hands it on as an error of its own

    def _expect(self, seconds: float) -> None:
        self._stop(self._sending)
        self._sending = self.loop.call_later(seconds, self._too_slow)

    def _too_slow(self) -> None:
        self._refuse(HTTPStatus.REQUEST_TIMEOUT, "VALIDATION_ERROR", "The request did not arrive in time.")

    def _refuse(self, status: HTTPStatus, code: str, message: str, more: str = "") -> None:
        """Answer and close; without an answer when one is under way already."""
        self._stop(self._sending)
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            request_id = uuid4().hex
            error = {"code": code, "message": message, "details": {}, "request_id": request_id}
            body = json.dumps({"error": error})
            head = (
                f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/json\r\n"
                f"content-length: {len(body)}\r\nx-request-id: {request_id}\r\nx-content-type-options: nosniff\r\n"
                f"cache-control: no-store\r\n{more}connection: close\r\n\r\n"
            )
            self.transport.write((head + body).encode("ascii"))
        self.transport.close()

    @staticmethod
    def _stop(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()
