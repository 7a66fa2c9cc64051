"""The dashboard's files: compressed, revalidated, and nothing beside them."""

import gzip
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from vaultra_http.site import find_site, read_site, site_routers

HOME, LOST, SCRIPT = b"<p>Home</p>" * 50, b"<p>Lost</p>", b"export const answer = 42;" * 50
BROTLI = b"this is told to be brotli by its name"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    for name, content in {
        "index.html": HOME,
        "index.html.br": BROTLI,
        "index.html.gz": gzip.compress(HOME),
        "404.html": LOST,
        "auth/login/index.html": b"<p>Log in</p>",
        "_astro/app.Abc123.js": SCRIPT,
        "_astro/app.Abc123.js.br": BROTLI,
        "_astro/app.Abc123.js.gz": gzip.compress(SCRIPT),
        "_astro/inter.Def456.woff2": b"font",
    }.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_bytes(content)
    (tmp_path / "secret.txt").write_text("beside the site")
    return site


@pytest.fixture
async def browser(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = Litestar(site_routers(folder), logging_config=None, openapi_config=None)
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        client.headers["Accept-Encoding"] = ""
        yield client


@pytest.mark.parametrize(
    ("path", "content", "media_type"),
    [
        ("/", HOME, "text/html; charset=utf-8"),
        ("/index.html", HOME, "text/html; charset=utf-8"),
        ("/auth/login", b"<p>Log in</p>", "text/html; charset=utf-8"),
        ("/auth/login/", b"<p>Log in</p>", "text/html; charset=utf-8"),
        ("/_astro/app.Abc123.js", SCRIPT, "text/javascript; charset=utf-8"),
        ("/_astro/inter.Def456.woff2", b"font", "font/woff2"),
    ],
)
async def test_each_path_has_its_file(browser: httpx.AsyncClient, path: str, content: bytes, media_type: str) -> None:
    answer = await browser.get(path)
    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (200, content, media_type)
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize(
    ("accepted", "coding", "content"),
    [
        ("gzip, deflate, br, zstd", "br", BROTLI),
        ("GZIP", "gzip", HOME),
        ("br;q=0, gzip;q=0.5", "gzip", HOME),
        ("br;q=0.0,gzip;q=0", None, HOME),
        ("identity", None, HOME),
        ("brotli, xgzip", None, HOME),
        ("", None, HOME),
    ],
)
async def test_a_client_gets_the_best_form_that_it_takes(
    browser: httpx.AsyncClient, accepted: str, coding: str | None, content: bytes
) -> None:
    async with browser.stream("GET", "/", headers={"Accept-Encoding": accepted}) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers.get("Content-Encoding") == coding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert int(answer.headers["Content-Length"]) == len(raw)
    assert (gzip.decompress(raw) if coding == "gzip" else raw) == content


@pytest.mark.parametrize("path", ["/", "/auth/login", "/_astro/app.Abc123.js"])
async def test_what_is_known_is_not_sent_again(browser: httpx.AsyncClient, path: str) -> None:
    for accepted in ("", "gzip"):
        first = await browser.get(path, headers={"Accept-Encoding": accepted})
        tag = first.headers["ETag"]
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = await browser.get(path, headers={"Accept-Encoding": accepted, "If-None-Match": known})
            assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
            assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
            assert again.headers.get("Vary") == first.headers.get("Vary")
        other = await browser.get(path, headers={"Accept-Encoding": accepted, "If-None-Match": '"other"'})
        assert (other.status_code, other.content) == (200, first.content)


async def test_each_form_and_each_content_has_a_tag_of_its_own(browser: httpx.AsyncClient) -> None:
    answers = [await browser.get(path) for path in ("/", "/auth/login", "/404.html")]
    answers.append(await browser.get("/", headers={"Accept-Encoding": "gzip"}))
    assert len({answer.headers["ETag"] for answer in answers}) == 4


async def test_hashed_files_are_kept_and_pages_asked_for(browser: httpx.AsyncClient) -> None:
    kept = await browser.get("/_astro/app.Abc123.js")
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for path in ("/", "/auth/login", "/_astro/gone.Xyz789.js"):
        assert (await browser.get(path)).headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/_astro",
        "/_astro/gone.js",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/auth/%2e%2e%2f%2e%2e%2fsecret.txt",
        "/index.html%00",
        "/index.html.gz",  # a form of a page is no page
    ],
)
async def test_there_is_nothing_else(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path, headers={"If-None-Match": "*"})
    assert (answer.status_code, answer.content) == (404, LOST)


class Inline(HTMLParser):
    """What a policy without 'unsafe-inline' would not let a page do."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in attributes):
            self.found.append(f"<{tag}>")
        handlers = [name for name in attributes if name.startswith("on") or name == "style"]
        targets = [name for name in ("href", "src", "action") if (attributes.get(name) or "").startswith("javascript:")]
        self.found += [f"<{tag} {name}>" for name in handlers + targets]


def test_no_built_page_has_anything_inline_and_each_is_compressed() -> None:
    built = find_site(None)
    assert built is not None, "run `make setup` first: it builds the dashboard"
    site = read_site(built)
    pages = {path: file for path, file in site.items() if path.endswith(".html")}
    assert len(pages) > 10
    for path, page in pages.items():
        reader = Inline()
        reader.feed(page.content.decode())
        assert reader.found == [], path
    for path, file in site.items():
        if path.startswith("_astro/") and path.endswith((".js", ".css")) and len(file.content) > 1000:
            assert set(file.copies) == {"br", "gzip"}, path
            assert gzip.decompress(file.copies["gzip"]) == file.content, path
