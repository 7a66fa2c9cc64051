"""Take the pictures of docs/screenshots from a demo of its own, in Chromium: make screenshots

What they show is the sample owner's business in a dispute spike: a score, what pulls it down, and what to do.
"""

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, Page

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))  # the demo and the browser are those of the tests

from support.browser import a_browser  # noqa: E402
from support.dashboard import Dashboard  # noqa: E402
from support.demo import Demo, a_demo  # noqa: E402

FOLDER: Final = ROOT / "docs" / "screenshots"
BUSINESS: Final = "Parcel & Post"
PAGES: Final = {
    "dashboard": "/dashboard",
    "recommendations": "/dashboard/recommendations",
    "metrics": "/dashboard/metrics",
}
WIDE: Final = {"width": 1440, "height": 1080}
NARROW: Final = {"width": 360, "height": 780}
# 256 colours are enough for flat pages, and a fifth of the size.
COMPRESS: Final = """
const sharp = (await import("sharp")).default;
const [from, to] = process.argv.slice(1);
await sharp(from).png({ palette: true, quality: 95, effort: 10, compressionLevel: 9 }).toFile(to);
"""


async def take(demo: Demo) -> None:
    async with a_browser() as browser:
        for theme in ("light", "dark"):
            page = await _page(browser, demo, theme, WIDE)
            await page.goto("/")
            await _shoot(page, f"landing-{theme}")
            await _sign_in(page, demo)
            for name, path in PAGES.items():
                await page.goto(path)
                await _shoot(page, f"{name}-{theme}")
            await page.context.close()
        page = await _page(browser, demo, "light", NARROW)
        await _sign_in(page, demo)
        await page.goto(PAGES["dashboard"])
        await _shoot(page, "dashboard-narrow", whole=True)


async def _page(browser: Browser, demo: Demo, theme: str, size: dict[str, int]) -> Page:
    context = await browser.new_context(
        base_url=demo.url,
        viewport={"width": size["width"], "height": size["height"]},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
    )
    return await context.new_page()


async def _sign_in(page: Page, demo: Demo) -> None:
    (sign_in,) = demo.facts["sample_sign_ins"]
    await page.goto("/auth/login")
    dashboard = Dashboard(page, demo)
    await dashboard.log_in(**sign_in)
    await page.get_by_label("Business").select_option(label=BUSINESS)
    await dashboard.see_score()


async def _shoot(page: Page, name: str, *, whole: bool = False) -> None:
    await page.wait_for_load_state("networkidle")
    await page.wait_for_timeout(500)  # charts draw once their data is there
    with tempfile.NamedTemporaryFile(suffix=".png") as raw:
        await page.screenshot(path=raw.name, full_page=whole)
        target = FOLDER / f"{name}.png"
        node = Path(sys.executable).with_name("node")
        command = [str(node), "--input-type=module", "-e", COMPRESS, raw.name, str(target)]
        subprocess.run(command, cwd=ROOT / "frontend", check=True)  # noqa: ASYNC221 (nothing else goes on meanwhile)
    print(f"{target.relative_to(ROOT)}  {target.stat().st_size // 1000} kB")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, a_demo(Path(folder) / "data") as demo:
        asyncio.run(take(demo))


if __name__ == "__main__":
    main()
