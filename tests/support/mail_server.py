"""A real SMTP server that does as a test says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class MailServer:
    """Keeps what it is given; `refusal` is what it answers instead, such as `451 come back later`."""

    def __init__(self) -> None:
        self.received: list[Envelope] = []
        self.signed_in: list[tuple[bytes, bytes]] = []
        self.refusal: dict[str, str] = {}  # by the moment: `RCPT` or `DATA`
        self.url = ""

    async def handle_RCPT(  # noqa: N802 - the server calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "RCPT" in self.refusal:
            return self.refusal["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "DATA" in self.refusal:
            return self.refusal["DATA"]
        self.received.append(envelope)
        return "250 OK"

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.signed_in.append((data.login, data.password))
        return AuthResult(success=data.password == b"pass:word")


@asynccontextmanager
async def a_mail_server(*, auth_required: bool = False) -> AsyncIterator[MailServer]:
    server = MailServer()
    loop = asyncio.get_running_loop()

    def connection() -> SMTP:
        return SMTP(
            server, authenticator=server.authenticate, auth_required=auth_required, auth_require_tls=False, loop=loop
        )

    async with await loop.create_server(connection, "127.0.0.1", 0) as listening:
        server.url = f"smtp://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        yield server
