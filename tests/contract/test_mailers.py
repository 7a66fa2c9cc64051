"""The port `Mailer` over every implementation, each with the means to see what it did."""

import email
import email.policy
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from support.mail_server import MailServer, a_mail_server
from vaultra_adapters.mail.compose import Composer
from vaultra_adapters.mail.folder import FolderMailer
from vaultra_adapters.mail.smtp import SmtpMailer
from vaultra_core.errors import Unavailable, Unprocessable
from vaultra_core.ports.mail import Mailer
from vaultra_core.testing.contracts.mail import MailerContract, Sent, a_mail
from vaultra_core.testing.mail import MemoryMailer

composer = Composer(sender="Vaultra <hello@vaultra.example>", public_url="https://vaultra.example")


def parsed(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


class TestMemoryMailer(MailerContract):
    @pytest.fixture
    def mailer(self) -> MemoryMailer:
        return MemoryMailer()

    @pytest.fixture
    def sent(self, mailer: MemoryMailer) -> Sent:
        return lambda: [(mail.to, str(mail.id)) for mail in mailer.sent]


class TestFolderMailer(MailerContract):
    @pytest.fixture
    def mailer(self, tmp_path: Path) -> Mailer:
        return FolderMailer(tmp_path / "mail", composer)

    @pytest.fixture
    def sent(self, tmp_path: Path) -> Sent:
        def read() -> list[tuple[str, str]]:
            files = sorted((tmp_path / "mail").glob("*"))
            assert all(file.stat().st_mode & 0o077 == 0 for file in files)
            return [_seen(parsed(file.read_bytes())) for file in files]

        return read


class TestSmtpMailer(MailerContract):
    @pytest.fixture
    async def server(self) -> AsyncIterator[MailServer]:
        async with a_mail_server() as server:
            yield server

    @pytest.fixture
    def mailer(self, server: MailServer) -> Mailer:
        return SmtpMailer(server.url, composer)

    @pytest.fixture
    def sent(self, server: MailServer) -> Sent:
        def read() -> list[tuple[str, str]]:
            assert all(envelope.rcpt_tos == [parsed(_raw(envelope))["To"]] for envelope in server.received)
            return [_seen(parsed(_raw(envelope))) for envelope in server.received]

        return read

    @pytest.mark.parametrize("moment", ["RCPT", "DATA"])
    async def test_no_for_now_and_no_for_good_are_told_apart(
        self, moment: str, server: MailServer, mailer: Mailer
    ) -> None:
        server.refusal = {moment: "451 come back later"}
        with pytest.raises(Unavailable) as later:
            await mailer.send(a_mail())
        assert later.value.details["dependency"] == "mail"
        server.refusal = {moment: "550 no such person as ada@example.com"}
        with pytest.raises(Unprocessable) as never:
            await mailer.send(a_mail())
        assert "ada" not in never.value.message

    async def test_a_server_that_is_down_is_unavailable(self) -> None:
        with pytest.raises(Unavailable):
            await SmtpMailer("smtp://127.0.0.1:9", composer).send(a_mail())

    async def test_user_and_password_of_the_url_are_used(self) -> None:
        async with a_mail_server(auth_required=True) as server:
            url = server.url.replace("smtp://", "smtp://us%40er:pass%3Aword@")
            await SmtpMailer(url, composer).send(a_mail())
            assert server.signed_in == [(b"us@er", b"pass:word")]
            with pytest.raises(Unavailable):
                await SmtpMailer(url.replace("pass%3Aword", "wrong"), composer).send(a_mail())
            assert len(server.received) == 1

    async def test_no_mail_leaves_this_machine_unencrypted(self, server: MailServer) -> None:
        """The server offers no STARTTLS. It is this very machine under a name that does not say so."""
        mailer = SmtpMailer(server.url.replace("127.0.0.1", "[::ffff:127.0.0.1]"), composer)
        with pytest.raises(Unavailable):
            await mailer.send(a_mail())
        assert server.received == []


def _raw(envelope: object) -> bytes:
    content = getattr(envelope, "content")  # noqa: B009 - the library does not say its type
    assert isinstance(content, bytes)
    return content


def _seen(message: EmailMessage) -> tuple[str, str]:
    return str(message["To"]), str(message["Message-ID"]).strip("<>").partition("@")[0]
