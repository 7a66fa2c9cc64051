"""From a mail's content to a message: one wording, from a Jinja template, in a text and an HTML part."""

import email.errors
import email.policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any, Final

import jinja2
import msgspec
from mjml import mjml2html

from vaultra_core.domain.mail import Content, Mail
from vaultra_core.errors import Unprocessable

_TEMPLATES: Final = jinja2.Environment(
    loader=jinja2.PackageLoader("vaultra_adapters.mail"),
    undefined=jinja2.StrictUndefined,
    autoescape=jinja2.select_autoescape(["mjml"]),
    trim_blocks=True,
    lstrip_blocks=True,
)


class Composer:
    """Makes messages from `sender` (`Name <address>`), with links to the dashboard at `public_url`."""

    def __init__(self, *, sender: str, public_url: str) -> None:
        self._name, self._address = parseaddr(sender)
        self._public_url = public_url.rstrip("/")

    def compose(self, mail: Mail) -> EmailMessage:
        """Raise `Unprocessable` when there can be no such address."""
        wording = self._wording(mail.content)
        message = EmailMessage(policy=email.policy.SMTP)
        try:
            message["To"] = Address(addr_spec=mail.to)
        except (ValueError, IndexError, email.errors.MessageError):
            raise Unprocessable("This is no address that mail can be sent to.") from None
        message["From"] = Address(self._name, addr_spec=self._address)
        message["Subject"] = " ".join(wording["subject"].split())
        message["Date"] = format_datetime(mail.created_at)
        # The same mail sent again, after a crash between the server's yes and our note of it, is known by this.
        message["Message-ID"] = f"<{mail.id}@{self._address.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(_TEMPLATES.get_template("layout.txt").render(wording))
        message.add_alternative(
            mjml2html(_TEMPLATES.get_template("layout.mjml").render(wording), disable_comments=True), subtype="html"
        )
        return message

    def _wording(self, content: Content) -> dict[str, Any]:
        """What a kind's template says: `subject`, paragraphs `before` and `after`, `action` for the link between."""
        values = msgspec.structs.asdict(content)
        template = _TEMPLATES.get_template(f"{content.__struct_config__.tag}.txt")
        wording = dict(template.make_module(values).__dict__)
        return {
            **{part: wording[part] for part in ("subject", "before", "action", "after")},
            "link": self._public_url + content.link,
            "home": self._public_url,
        }
