import email
import email.policy
from email.message import EmailMessage

import pytest

from vaultra_adapters.mail.compose import Composer
from vaultra_core.domain.mail import Content, Invitation, Mail
from vaultra_core.errors import Unprocessable
from vaultra_core.identity import Role
from vaultra_core.testing.contracts.mail import CONTENTS, a_mail

composer = Composer(sender="Vaultra <hello@vaultra.example>", public_url="https://vaultra.example/")


def read(mail: Mail) -> tuple[EmailMessage, str, str]:
    """A mail as its reader's program sees it: the message, its text, its HTML."""
    message = email.message_from_bytes(bytes(composer.compose(mail)), policy=email.policy.default)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None and html is not None
    return message, text.get_content(), html.get_content()


@pytest.mark.parametrize("content", CONTENTS)
def test_every_kind_says_the_same_in_text_and_in_html(content: Content) -> None:
    message, text, html = read(a_mail(content=content))
    link = f"https://vaultra.example{content.link}"
    assert message["Subject"] and message["From"] == "Vaultra <hello@vaultra.example>"
    assert link in text and f'href="{link}"' in html
    for paragraph in text.replace("\r", "").split("\n\n")[:2]:
        assert paragraph in html


@pytest.mark.parametrize("content", CONTENTS)
def test_reading_a_mail_tells_nobody(content: Content) -> None:
    *_, html = read(a_mail(content=content))
    assert "src=" not in html and "@import" not in html and "stylesheet" not in html


def test_what_a_person_typed_stays_text() -> None:
    hostile = "</mj-text><script>x</script>{{ 7 * 7 }}\r\nBcc: all@example.com"
    mail = a_mail(content=Invitation(inviter=hostile, business="B", role=Role.ADMIN, link="/invite#token=x"))
    message, text, html = read(mail)
    assert "<script" not in html and "{{ 7 * 7 }}" in text
    assert message["Bcc"] is None and message["Subject"].count("Bcc:") == 1


@pytest.mark.parametrize(
    "to", ["a@b.example,c@d.example", "a b@c.example", "<a@b.example>", "a@b.example\r\nBcc: c@d", ""]
)
def test_an_address_is_one_address(to: str) -> None:
    with pytest.raises(Unprocessable):
        composer.compose(a_mail(to=to))


def test_a_mail_sent_again_can_be_told() -> None:
    mail = a_mail()
    assert composer.compose(mail)["Message-ID"] == composer.compose(mail)["Message-ID"]
    assert composer.compose(mail)["Message-ID"] != composer.compose(a_mail())["Message-ID"]
