from collections.abc import Callable
from typing import Any, TypeAlias

from vaultra_core.domain.mail import Content, Invitation, Mail, PasswordChanged, ResetPassword, VerifyEmail
from vaultra_core.errors import Conflict
from vaultra_core.identity import Role, new_id
from vaultra_core.ports.mail import Mailer, WaitingMail
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.testing.contracts.samples import DAY, NOW, SECOND, refused

CONTENTS: tuple[Content, ...] = (
    VerifyEmail(name="Ada", link="/auth/verify#token=a"),
    ResetPassword(name="Ada", link="/auth/reset#token=b"),
    PasswordChanged(name="Ada", link="/auth/forgot"),
    Invitation(inviter="Ada", business="Café Blau", role=Role.VIEWER, link="/invite#token=c"),
)


def a_mail(**fields: Any) -> Mail:
    known = {"id": new_id(), "to": "ada@example.com", "content": CONTENTS[0], "created_at": NOW}
    return Mail(**{**known, "useful_until": NOW + DAY, **fields})


class OutboxContract:
    async def test_every_kind_of_mail_comes_back_as_stored(self, uow: UnitOfWorkFactory) -> None:
        mails = [a_mail(content=content) for content in CONTENTS]
        async with uow() as work:
            for mail in mails:
                await work.outbox.add(mail)
            await work.commit()
        async with uow() as work:
            claimed = {waiting.mail.id: waiting for waiting in await work.outbox.claim(NOW, limit=10, seconds=60)}
            assert claimed == {mail.id: WaitingMail(mail, 1) for mail in mails}
            await refused(Conflict, work.outbox.add(mails[0]))

    async def test_the_oldest_are_claimed_first_and_once(self, uow: UnitOfWorkFactory) -> None:
        second, first = a_mail(created_at=NOW + SECOND), a_mail()
        async with uow() as work:
            await work.outbox.add(second)
            await work.outbox.add(first)
            await work.commit()
        async with uow() as one, uow() as other:
            assert await one.outbox.claim(NOW + SECOND, limit=1, seconds=60) == [WaitingMail(first, 1)]
            assert await other.outbox.claim(NOW + SECOND, limit=5, seconds=60) == [WaitingMail(second, 1)]
            await one.commit()
            await other.commit()
        async with uow() as work:
            assert await work.outbox.claim(NOW + 60 * SECOND, limit=5, seconds=60) == []
            again = await work.outbox.claim(NOW + 61 * SECOND, limit=5, seconds=60)
            assert [waiting.attempts for waiting in again] == [2, 2]

    async def test_what_is_put_off_comes_again_and_what_is_removed_does_not(self, uow: UnitOfWorkFactory) -> None:
        put_off, removed = a_mail(), a_mail()
        async with uow() as work:
            await work.outbox.add(put_off)
            await work.outbox.add(removed)
            await work.outbox.claim(NOW, limit=5, seconds=60)
            await work.outbox.put_off(put_off.id, NOW + 5 * SECOND, "The mail server does not answer.")
            await work.outbox.remove(removed.id)
            await work.outbox.remove(new_id())
            await work.commit()
        async with uow() as work:
            assert await work.outbox.claim(NOW + 4 * SECOND, limit=5, seconds=60) == []
            assert await work.outbox.claim(NOW + DAY, limit=5, seconds=60) == [WaitingMail(put_off, 2)]


# To whom mails were handed over, with their ids.
Sent: TypeAlias = Callable[[], list[tuple[str, str]]]


class MailerContract:
    """`sent` tells what has arrived on the other side of `mailer`."""

    async def test_every_kind_of_mail_arrives(self, mailer: Mailer, sent: Sent) -> None:
        mails = [a_mail(content=content) for content in CONTENTS]
        for mail in mails:
            await mailer.send(mail)
        assert sorted(sent()) == sorted((mail.to, str(mail.id)) for mail in mails)
