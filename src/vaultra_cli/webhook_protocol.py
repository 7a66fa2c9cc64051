"""The server's protocol with a short way for webhooks.

A request is a task, three messages and their headers one by one before it is a webhook: more than what the webhook
itself costs.
"""

import asyncio
from functools import partial
from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from vaultra_cli.joined_writes import JoinedWritesProtocol
from vaultra_http.webhook_shortcut import WebhookShortcut


class WebhookProtocol(JoinedWritesProtocol):
    """Takes webhooks in and answers them once they are stored. Every other request becomes a task of the application's,
    and so does a webhook that is not in order, or whose answer is not an ordinary one."""

    def __init__(self, *arguments: Any, webhooks: WebhookShortcut | None = None, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._webhooks = webhooks
        self._coming: tuple[RequestResponseCycle, str] | None = None  # a webhook whose body is on its way
        self._server_headers: list[tuple[bytes, bytes]] | None = None  # those that the opening was made of
        self._opening = b""

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        signature = self._webhooks.signature(cycle.scope) if self._webhooks else None
        if signature is None or cycle.waiting_for_100_continue:
            super()._start_asgi_task(cycle, app)
        elif cycle.more_body:
            self._coming = (cycle, signature)
        else:  # it came while the one before it was under way
            self._take_in(cycle, signature)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        if self._coming is not None:
            coming, self._coming = self._coming, None
            self._take_in(*coming)

    def _take_in(self, cycle: RequestResponseCycle, signature: str) -> None:
        assert self._webhooks is not None
        try:
            stored = self._webhooks.begin(bytes(cycle.body), signature)
        except Exception:  # whatever it is, the application meets it again, logs it and answers
            super()._start_asgi_task(cycle, self.app)
        else:
            stored.add_done_callback(partial(self._answer, cycle))

    def _answer(self, cycle: RequestResponseCycle, stored: asyncio.Future[None]) -> None:
        assert self._webhooks is not None
        in_order = not stored.cancelled() and stored.exception() is None
        if self.transport.is_closing():
            return
        # Not for the last answer of a connection, which has to say so, nor for somebody who reads slowly, for whom the
        # application waits.
        if not in_order or not cycle.keep_alive or cycle.flow.write_paused:
            super()._start_asgi_task(cycle, self.app)
            return
        cycle.response_started = cycle.response_complete = True
        self.writes.write_whole(self._opening_of_answer() + self._webhooks.answer())
        self.on_response_complete()

    def _opening_of_answer(self) -> bytes:
        """The status 200 and the server's own headers, which it makes anew each second."""
        headers = self.server_state.default_headers
        if headers is not self._server_headers:
            self._server_headers = headers
            self._opening = b"".join([b"HTTP/1.1 200 OK\r\n", *(b"%b: %b\r\n" % header for header in headers)])
        return self._opening
