"""The mail outbox of a demo: mails that went nowhere, to be read by whoever tries the product out.

They hold links that let people in, so the page is only there when an entry point asks for it, answers only requests
that name this machine itself (a page of somebody else's that points its own name here gets nothing), and may do
nothing but show text and pictures.
"""

import asyncio
import email.policy
import html
import ipaddress
import re
from collections.abc import Sequence
from email.parser import BytesParser
from pathlib import Path
from typing import Any, Final

import msgspec
from litestar import MediaType, Request, Response, Router, get
from litestar.exceptions import NotFoundException

MAIL_PATH: Final = "/mail"
MOST = 200
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
LINK = re.compile(r"https?://[^\s<>\"]+")
STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem }
article { border-top: 1px solid #8886; padding: 1rem 0 }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit }
"""


class MailView(msgspec.Struct, kw_only=True):
    id: str
    to: str
    subject: str
    date: str
    text: str
    html: str
    links: list[str]


def mail_routers(folder: Path | None) -> Sequence[Router]:
    """The page at MAIL_PATH: HTML for a person, JSON for a script; none without a folder."""
    if folder is None:
        return []

    @get(MAIL_PATH, include_in_schema=False)
    async def outbox(request: Request[Any, Any, Any]) -> Response[Any]:
        _refuse_other_hosts(request)
        mails = await asyncio.to_thread(_read, folder)
        if request.accept.best_match(["text/html", "application/json"]) == "application/json":
            return Response({"mails": mails}, headers={"Cache-Control": "no-store"})
        return _page(_listing(mails))

    @get(MAIL_PATH + "/{mail_id:uuid}", include_in_schema=False)
    async def one(request: Request[Any, Any, Any]) -> Response[Any]:
        _refuse_other_hosts(request)
        mails = await asyncio.to_thread(_read, folder, f"{request.path_params['mail_id']}.eml")
        if not mails:
            raise NotFoundException
        return _page(mails[0].html)

    return [Router("/", route_handlers=[outbox, one])]


def _refuse_other_hosts(request: Request[Any, Any, Any]) -> None:
    host = request.url.hostname or ""
    try:
        here = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = False
    if not here:
        raise NotFoundException


def _read(folder: Path, pattern: str = "*.eml") -> list[MailView]:
    """Newest first: ids are ordered by time."""
    files = sorted(folder.glob(pattern), reverse=True)[:MOST]
    return [_view(file) for file in files]


def _view(file: Path) -> MailView:
    message = BytesParser(policy=email.policy.default).parsebytes(file.read_bytes())
    parts = {kind: message.get_body((kind,)) for kind in ("plain", "html")}
    text, markup = (part.get_content() if part else "" for part in parts.values())
    return MailView(
        id=file.stem,
        to=message["To"],
        subject=message["Subject"],
        date=message["Date"].datetime.isoformat(),
        text=text,
        html=markup,
        links=LINK.findall(text),
    )


def _listing(mails: Sequence[MailView]) -> str:
    shown = "".join(map(_entry, mails)) or "<p>No mail yet. Sign up, and one will be here.</p>"
    intro = "<p>Mails that Vaultra would have sent. Set <code>SMTP_URL</code> to send them.</p>"
    return f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
<title>Mail outbox</title><style>{STYLE}</style><h1>Mail outbox</h1>{intro}{shown}"


def _entry(mail: MailView) -> str:
    text = LINK.sub(lambda link: f'<a href="{link.group()}">{link.group()}</a>', html.escape(mail.text))
    return f"""<article><h2>{html.escape(mail.subject)}</h2>
<p>To {html.escape(mail.to)}, <time>{html.escape(mail.date)}</time> · <a href="{MAIL_PATH}/{mail.id}">as HTML</a></p>
<pre>{text}</pre></article>"""


def _page(markup: str) -> Response[str]:
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    return Response(markup, media_type=MediaType.HTML, headers=headers)
