"""The dashboard's built files, served on the same origin as the API."""

import hashlib
import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NewType

import msgspec
from litestar import MediaType, Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

PublicUrl = NewType("PublicUrl", str)  # where a browser reaches this server, without a slash at the end

PACKAGED = Path(__file__).parent / "site"  # where a release wheel carries the built dashboard
IN_REPOSITORY = Path(__file__).parents[2] / "frontend" / "dist"

A_YEAR: Final = "public, max-age=31536000, immutable"
ASK_FIRST: Final = "no-cache"
CODINGS: Final = {"br": ".br", "gzip": ".gz"}  # the better one first; the build makes these copies
TYPES: Final = mimetypes.MimeTypes()  # Python's own list: not that of the machine, which may be any
TYPES.add_type("font/woff2", ".woff2")
TYPES.add_type("text/javascript", ".js")


class SiteFile(msgspec.Struct, frozen=True):
    content: bytes
    copies: Mapping[str, bytes]  # by content coding
    media_type: str
    cache: str
    tag: str


def find_site(configured: str | None) -> Path | None:
    """The folder of the built dashboard; None when it has not been built."""
    candidates = [Path(configured)] if configured else [PACKAGED, IN_REPOSITORY]
    return next((path for path in candidates if (path / "index.html").is_file()), None)


def site_routers(folder: Path | None) -> list[Router]:
    """The pages and their files. They are kept in memory (less than 3 MB) as they were at the start, so that a build
    under a running server mixes no two versions, and a path can lead to nothing but these files."""
    if folder is None:
        return [Router("/", route_handlers=[not_built])]
    files = read_site(folder)

    @get(["/", "/{path:path}"], include_in_schema=False)
    async def site(request: Request[Any, Any, Any], path: FromPath[str] = "") -> Response[bytes]:
        path = path.strip("/")
        found = files.get(path) or files.get(f"{path}/index.html".lstrip("/"))
        if found is not None:
            return _answer(request, found)
        if "404.html" not in files:
            raise NotFoundException
        return _answer(request, files["404.html"], status=404)

    return [Router("/", route_handlers=[site])]


def read_site(folder: Path) -> dict[str, SiteFile]:
    """The files by their paths; a copy that is compressed belongs to its original."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    originals = [path for path in paths if path.suffix not in CODINGS.values()]
    return {path.relative_to(folder).as_posix(): _read(path, folder) for path in originals}


def _read(path: Path, folder: Path) -> SiteFile:
    content = path.read_bytes()
    copies = {coding: Path(f"{path}{ending}") for coding, ending in CODINGS.items()}
    media_type = TYPES.guess_type(path.name)[0] or "application/octet-stream"
    return SiteFile(
        content=content,
        copies={coding: copy.read_bytes() for coding, copy in copies.items() if copy.is_file()},
        media_type=media_type,
        # Names under _astro have a hash of the content in them; pages are asked for anew.
        cache=A_YEAR if path.is_relative_to(folder / "_astro") else ASK_FIRST,
        tag=hashlib.sha256(content).hexdigest()[:32],
    )


def _answer(request: Request[Any, Any, Any], file: SiteFile, *, status: int = 200) -> Response[bytes]:
    accepted = _accepted(request.headers.get("Accept-Encoding", ""))
    coding = next((coding for coding in file.copies if coding in accepted), None)
    tag = f'"{file.tag}-{coding}"' if coding else f'"{file.tag}"'  # each form has one of its own (RFC 9110, 8.8.3)
    headers = {"Cache-Control": file.cache, "ETag": tag}
    if file.copies:
        headers["Vary"] = "Accept-Encoding"
    if status == 200 and _matches(request.headers.get("If-None-Match", ""), tag):
        return Response(b"", status_code=304, headers=headers, media_type=file.media_type)
    if coding is None:
        return Response(file.content, status_code=status, headers=headers, media_type=file.media_type)
    headers["Content-Encoding"] = coding
    return Response(file.copies[coding], status_code=status, headers=headers, media_type=file.media_type)


def _accepted(header: str) -> set[str]:
    """The content codings that a client takes: those that it names, but for the ones with the weight nought."""
    named = (part.strip().lower().partition(";") for part in header.split(","))
    return {name.strip() for name, _, weight in named if weight.strip() not in ("q=0", "q=0.0", "q=0.00", "q=0.000")}


def _matches(header: str, tag: str) -> bool:
    return any(part.strip().removeprefix("W/") in (tag, "*") for part in header.split(","))


@get("/", media_type=MediaType.TEXT, include_in_schema=False, status_code=503)
async def not_built() -> Response[str]:
    text = "The dashboard has not been built. Run `make setup`, or set FRONTEND_DIR. The API is at /api/v1."
    return Response(text, status_code=503, media_type=MediaType.TEXT)
