"""The server's protocol with an end to its patience: for those who send slowly, read slowly, say too much before they
come to the point, or come in too great numbers. The server itself has no such limits."""

import asyncio
import json
from http import HTTPStatus
from typing import Any, ClassVar

from vaultra_cli.webhook_protocol import WebhookProtocol
from vaultra_http.edges import new_request_id


class GuardedProtocol(WebhookProtocol):
    """Times in seconds. A refusal has the envelope of every other error, and ends the connection."""

    HEAD_SECONDS: ClassVar[float] = 10.0  # to the last header, from the connection or a later request's first byte
    HEAD_BYTES: ClassVar[int] = 16 * 1024
    BODY_SECONDS: ClassVar[float] = 30.0  # 1 MiB at 35 kB/s, slower than any network that Stripe sends over
    IDLE_SECONDS: ClassVar[float] = 5.0  # from an answer to the next request
    READ_SECONDS: ClassVar[float] = 30.0  # for a reader to take anything at all of what waits
    CONNECTIONS: ClassVar[int] = 1000

    _in_head = True
    _idle = False  # between an answer and the next request
    _head = 0  # bytes that have come for this head after the chunk in which it began
    _chunk = 0  # bytes of the chunk that is being read
    _due: float | None = None  # when what is awaited has to be here, by the loop's clock
    _watch: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if len(self.connections) > self.CONNECTIONS:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "UNAVAILABLE", "Too many connections.", "retry-after: 2\r\n")
        else:
            self._expect(self.HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        _stop(self._watch)
        _stop(self._reading)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._chunk = len(data)
        if self._in_head:
            self._head += self._chunk
        super().data_received(data)
        if self._in_head and self._head > self.HEAD_BYTES:
            self._too_large()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._head, self._idle = True, 0, False
        self._expect(self.HEAD_SECONDS)

    def on_headers_complete(self) -> None:
        self._in_head = False
        if self._head + self._chunk > self.HEAD_BYTES and self._head_size() > self.HEAD_BYTES:
            raise ValueError("the head of the request is too large")  # the parser hands it on as an error of its own
        self._expect(self.BODY_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._due = None
        super().on_message_complete()
        if self.cycle is not None and self.cycle.response_complete:  # it was answered before it was whole
            self._rest()

    def on_response_complete(self) -> None:
        """As the server does it, with our timer: its own is made and undone for each answer."""
        if self.pipeline or self.transport.is_closing():
            super().on_response_complete()
            return
        self.server_state.total_requests += 1
        self.flow.resume_reading()
        if self._due is None:
            self._rest()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._reading = self.loop.call_later(self.READ_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        _stop(self._reading)
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """What the parser refuses, and what is refused here for its size."""
        if self._head_size() > self.HEAD_BYTES:
            self._too_large()
        else:
            self._refuse(HTTPStatus.BAD_REQUEST, "VALIDATION_ERROR", msg)

    def _head_size(self) -> int:
        """What the parser has seen of the head, in bytes."""
        if self.scope is None:
            return 0
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _too_large(self) -> None:
        self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "VALIDATION_ERROR", "The headers are too large.")

    def _rest(self) -> None:
        self._idle = True
        self._expect(self.IDLE_SECONDS)

    def _expect(self, seconds: float) -> None:
        """One timer a connection, which looks again when it has come too early: a request sets the time thrice."""
        self._due = self.loop.time() + seconds
        if self._watch is None or self._due < self._watch.when():
            self._look_at(self._due)

    def _look_at(self, moment: float) -> None:
        _stop(self._watch)
        self._watch = self.loop.call_at(moment, self._look)

    def _look(self) -> None:
        self._watch = None
        if self._due is None:
            return
        if self._due > self.loop.time():
            self._look_at(self._due)
        elif self._idle:
            self.transport.close()
        else:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "VALIDATION_ERROR", "The request did not arrive in time.")

    def _refuse(self, status: HTTPStatus, code: str, message: str, more: str = "") -> None:
        """Answer and close; without an answer when one is under way already."""
        self._due = None
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            request_id = new_request_id()
            error = {"code": code, "message": message, "details": {}, "request_id": request_id}
            body = json.dumps({"error": error})
            head = (
                f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/json\r\n"
                f"content-length: {len(body)}\r\nx-request-id: {request_id}\r\nx-content-type-options: nosniff\r\n"
                f"cache-control: no-store\r\n{more}connection: close\r\n\r\n"
            )
            self.transport.write((head + body).encode("ascii"))
        self.transport.close()


def _stop(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
