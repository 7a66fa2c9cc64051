"""Logs: one line of JSON each, or a readable one on a terminal; each with its request, none with a secret."""

import logging
import re
import sys
from collections.abc import Iterable
from typing import Any, Final, TextIO

import msgspec
import structlog

from vaultra_adapters.settings import Settings
from vaultra_core.identity import origin

CHATTY: Final = ("stripe", "httpx", "taskiq", "alembic", "aiohttp.access", "uvicorn.access", "filelock", "asyncio")
HIDDEN: Final = "…hidden…"
# What a secret or an address looks like, whoever's it is. The settings' own secrets are hidden by value besides.
SENSITIVE: Final = re.compile(
    r"\b(?:sk|rk|whsec|ac)_[A-Za-z0-9_]{8,}"  # keys and codes of Stripe
    r"|eyJ[\w-]+\.[\w-]+\.[\w-]*"  # a JSON Web Token
    r"|(?i:bearer)\s+[^\s,;'\"]+"
    r"|\$argon2\w*\$[^\s'\"]+"
    r"|://[^\s/:@]*:[^\s/@]+@"  # name and password in a URL
    r"|[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"  # an e-mail address
)
SECRET_SETTINGS: Final = re.compile(r"secret|key|password|token")

Event = dict[str, Any]


def set_up_logging(settings: Settings, stream: TextIO | None = None) -> None:
    """Log to standard error. Started again (a command within a command), the newest settings win."""
    out = stream or sys.stderr
    handler = logging.StreamHandler(out)
    handler.setFormatter(make_formatter(settings, readable=out.isatty()))
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)


def make_formatter(settings: Settings, *, readable: bool) -> logging.Formatter:
    before: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        _name_the_request,
    ]
    hide = _Hide(_secret_values(settings))
    last: list[Any] = (
        [structlog.dev.ConsoleRenderer(colors=False), hide.in_text]
        if readable
        else [
            structlog.processors.format_exc_info,
            hide.in_event,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
    processors = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=before, processors=processors)


def _name_the_request(logger: object, method: str, event: Event) -> Event:
    del logger, method
    if request_id := origin.get().request_id:
        event["request_id"] = request_id
    return event


def _secret_values(settings: Settings) -> list[str]:
    """What the settings hold that nobody may read; of a list, each of its parts."""
    values = msgspec.to_builtins(settings).items()
    named = [value for name, value in values if isinstance(value, str) and SECRET_SETTINGS.search(name.lower())]
    parts = [part.strip() for value in named for part in [value, *value.split(",")]]
    return sorted({part for part in parts if len(part) >= 8}, key=len, reverse=True)


class _Hide:
    """The second line: nothing logs secrets on purpose, but an error's text may quote what it stumbled over."""

    def __init__(self, values: Iterable[str]) -> None:
        patterns = [*map(re.escape, values), SENSITIVE.pattern]
        self._pattern = re.compile("|".join(patterns))

    def in_text(self, logger: object, method: str, text: str) -> str:
        del logger, method
        return self._pattern.sub(HIDDEN, text)

    def in_event(self, logger: object, method: str, event: Event) -> Event:
        del logger, method
        return {name: self._hidden(value) for name, value in event.items()}

    def _hidden(self, value: Any) -> Any:
        return value if isinstance(value, int | float | None) else self._pattern.sub(HIDDEN, str(value))
