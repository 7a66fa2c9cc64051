"""The controls of a running sandbox, for the command line."""

import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode

import msgspec

from vaultra_sandbox.files import Complaint
from vaultra_sandbox.loading import MalformedFile


class Refused(Exception):
    """The server said no, or did not answer; the message says why."""


class Remote:
    """A sandbox server at `url`."""

    def __init__(self, url: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise Refused(f"--server must be an http address, not {url!r}")
        self._url = url.rstrip("/")

    def accounts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._call("GET", "/_sandbox/accounts")["accounts"]
        return found

    def tick(self, *, seconds: int, name: str | None) -> int:
        body = msgspec.json.encode({"seconds": seconds, "account": name})
        return int(self._call("POST", "/_sandbox/tick", body)["events"])

    def load(self, data: bytes, *, name: str, shift_to_today: bool, currency: str) -> dict[str, Any]:
        """Raise `MalformedFile` with the lines that the server complains about."""
        query = urlencode({"account": name, "currency": currency, "shift_to_today": str(shift_to_today).lower()})
        return self._call("POST", f"/_sandbox/load?{query}", data)

    def _call(self, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
        request = urllib.request.Request(self._url + path, data=body, method=method)  # noqa: S310 (checked above)
        request.add_header("Content-Type", "application/octet-stream")
        try:
            with urllib.request.urlopen(request) as answer:  # noqa: S310
                found: dict[str, Any] = msgspec.json.decode(answer.read())
                return found
        except urllib.error.HTTPError as error:
            raise _refusal(error.code, error.read()) from None
        except OSError as error:
            raise Refused(f"No sandbox answers at {self._url}: {error}") from None


def _refusal(status: int, body: bytes) -> Exception:
    try:
        error = msgspec.json.decode(body)["error"]
        complaints = msgspec.convert(error.get("complaints", []), list[Complaint])
    except (msgspec.DecodeError, msgspec.ValidationError, KeyError, TypeError):
        return Refused(f"The server answered {status}")
    return MalformedFile(complaints, error["total"]) if complaints else Refused(error["message"])
