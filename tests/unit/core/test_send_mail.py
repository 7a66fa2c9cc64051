import asyncio
import datetime as dt

import pytest

from support.runtime import StillClock
from vaultra_core.domain.mail import Mail
from vaultra_core.errors import Unavailable, Unprocessable
from vaultra_core.testing.contracts.mail import a_mail
from vaultra_core.testing.contracts.samples import DAY, NOW
from vaultra_core.testing.mail import MemoryMailer
from vaultra_core.testing.storage import MemoryStorage
from vaultra_core.use_cases.send_mail import LEASE_SECONDS, SendMail

DOWN = Unavailable("The mail server does not answer.", dependency="mail")


class Post:
    """An outbox with somebody who empties it."""

    def __init__(self) -> None:
        self.storage, self.mailer, self.clock = MemoryStorage(), MemoryMailer(), StillClock(NOW)
        self.send_mail = SendMail(self.storage, self.mailer, self.clock)

    async def put(self, *mails: Mail) -> None:
        async with self.storage() as work:
            for mail in mails:
                await work.outbox.add(mail)
            await work.commit()

    async def left(self) -> int:
        async with self.storage() as work:
            return len(await work.outbox.claim(NOW + 1000 * DAY, limit=100, seconds=1))


async def test_each_mail_is_sent_and_leaves_nothing_behind() -> None:
    post = Post()
    mails = [a_mail() for _ in range(12)]
    await post.put(*mails)
    assert await post.send_mail.execute() == 12
    assert sorted(mail.id for mail in post.mailer.sent) == sorted(mail.id for mail in mails)
    assert await post.left() == 0
    assert await post.send_mail.execute() == 0


async def test_two_that_send_at_once_send_each_mail_once() -> None:
    post = Post()
    await post.put(*(a_mail() for _ in range(12)))
    counts = await asyncio.gather(post.send_mail.execute(), post.send_mail.execute())
    assert sum(counts) == len(post.mailer.sent) == 12


async def test_a_server_that_is_down_is_asked_again_later() -> None:
    post = Post()
    await post.put(a_mail())
    post.mailer.failing = DOWN
    assert await post.send_mail.execute() == 0
    post.mailer.failing = None
    assert await post.send_mail.execute() == 0  # not at once
    post.clock.advance(seconds=5)
    assert await post.send_mail.execute() == 1


async def test_who_dies_while_sending_leaves_the_mail_to_others() -> None:
    post = Post()
    await post.put(a_mail())
    async with post.storage() as work:
        await work.outbox.claim(NOW, limit=1, seconds=LEASE_SECONDS)
        await work.commit()
    assert await post.send_mail.execute() == 0
    post.clock.advance(seconds=LEASE_SECONDS)
    assert await post.send_mail.execute() == 1


async def test_a_mail_nobody_can_deliver_does_not_stop_the_others() -> None:
    post = Post()
    await post.put(a_mail())
    post.mailer.failing = Unprocessable("The mail server refuses this mail (550).")
    assert await post.send_mail.execute() == 0
    assert await post.left() == 0


@pytest.mark.parametrize("failing", [None, DOWN])
async def test_a_mail_that_is_of_no_use_any_more_is_not_sent(failing: Unavailable | None) -> None:
    post = Post()
    await post.put(a_mail(useful_until=NOW + dt.timedelta(hours=1)))
    post.mailer.failing = failing
    post.clock.advance(hours=1)
    assert await post.send_mail.execute() == 0
    assert post.mailer.sent == []
    assert await post.left() == 0
