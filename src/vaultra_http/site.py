"""The dashboard's built files, served on the same origin as the API."""

from pathlib import Path
from typing import NewType

from litestar import MediaType, Response, Router, get
from litestar.datastructures import CacheControlHeader
from litestar.static_files import create_static_files_router

PublicUrl = NewType("PublicUrl", str)  # where a browser reaches this server, without a slash at the end

PACKAGED = Path(__file__).parent / "site"  # where a release wheel carries the built dashboard
IN_REPOSITORY = Path(__file__).parents[2] / "frontend" / "dist"

A_YEAR = CacheControlHeader(public=True, max_age=31_536_000, immutable=True)
ASK_FIRST = CacheControlHeader(no_cache=True)


def find_site(configured: str | None) -> Path | None:
    """The folder of the built dashboard; None when it has not been built."""
    candidates = [Path(configured)] if configured else [PACKAGED, IN_REPOSITORY]
    return next((path for path in candidates if (path / "index.html").is_file()), None)


def site_routers(folder: Path | None) -> list[Router]:
    """Hashed files may be kept for a year, pages are asked for anew (and answered 304 when unchanged)."""
    if folder is None:
        return [Router("/", route_handlers=[not_built])]
    routers = [create_static_files_router("/", [folder], html_mode=True, name="site", cache_control=ASK_FIRST)]
    if (folder / "_astro").is_dir():
        routers.append(create_static_files_router("/_astro", [folder / "_astro"], name="assets", cache_control=A_YEAR))
    return routers


@get("/", media_type=MediaType.TEXT, include_in_schema=False, status_code=503)
async def not_built() -> Response[str]:
    text = "The dashboard has not been built. Run `make setup`, or set FRONTEND_DIR. The API is at /api/v1."
    return Response(text, status_code=503, media_type=MediaType.TEXT)
