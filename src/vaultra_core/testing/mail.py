"""A mailer that keeps what it is given."""

from vaultra_core.domain.mail import Mail
from vaultra_core.errors import VaultraError


class MemoryMailer:
    """Mails land in `sent`; while `failing` is set, sending raises it."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []
        self.failing: VaultraError | None = None

    async def send(self, mail: Mail) -> None:
        if self.failing is not None:
            raise self.failing
        self.sent.append(mail)
