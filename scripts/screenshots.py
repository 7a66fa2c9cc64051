"""Take the pictures of docs/screenshots from a demo of its own, in Chromium: make screenshots

What they show is the sample owner's business in a dispute spike: a score, what pulls it down, and what to do.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, Page, expect

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))  # the demo and the browser are those of the tests

from support.browser import a_browser  # noqa: E402
from support.dashboard import Dashboard, settled  # noqa: E402
from support.demo import Demo, a_demo  # noqa: E402

FOLDER: Final = ROOT / "docs" / "screenshots"
BUSINESS: Final = "Parcel & Post"
PAGES: Final = {
    "dashboard": "/dashboard",
    "recommendations": "/dashboard/recommendations",
    "metrics": "/dashboard/metrics",
    "score": "/dashboard/score",
    "simulator": "/dashboard/simulator",
    "ask": "/dashboard/agent",
    "settings": "/dashboard/settings",
}
NARROW_PAGES: Final = ("dashboard", "simulator", "ask")
QUESTION: Final = "What's hurting my funding readiness?"
WIDE: Final = {"width": 1440, "height": 1080}
NARROW: Final = {"width": 360, "height": 780}
# 256 colours are enough for flat pages, and a fifth of the size.
COMPRESS: Final = """
const sharp = (await import("sharp")).default;
const [from, to] = process.argv.slice(1);
await sharp(from).png({ palette: true, quality: 95, effort: 10, compressionLevel: 9 }).toFile(to);
"""


async def take(demo: Demo, folder: Path) -> None:
    async with a_browser() as browser:
        for theme in ("light", "dark"):
            page = await _page(browser, demo, theme, WIDE)
            await page.goto("/")
            await _shoot(page, folder / f"landing-{theme}.png")
            await _sign_in(page, demo)
            for name in PAGES:
                await _open(page, name)
                await _shoot(page, folder / f"{name}-{theme}.png")
            await page.context.close()
        page = await _page(browser, demo, "light", NARROW)
        await _sign_in(page, demo)
        for name in NARROW_PAGES:
            await _open(page, name)
            await _shoot(page, folder / f"{name}-narrow.png")


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


async def _open(page: Page, name: str) -> None:
    """The page as it is in use: sliders where the path to the next tier puts them, a question with its answer."""
    await page.goto(PAGES[name])
    if name == "simulator":
        await page.get_by_role("button", name="Show on the sliders").click()
        await expect(page.get_by_text("Your score would be")).to_be_attached()
    if name == "ask":
        # The list of conversations names the question as well, once it was asked.
        talk = page.get_by_role("region", name="Conversation")
        await talk.get_by_role("button", name=QUESTION, exact=True).click()
        await expect(page.get_by_text("Was this useful?")).to_be_visible()
    await page.evaluate("window.scrollTo(0, 0)")


async def _shoot(page: Page, target: Path) -> None:
    await settled(page)
    await page.wait_for_timeout(500)  # charts draw once their data is there
    with tempfile.NamedTemporaryFile(suffix=".png") as raw:
        await page.screenshot(path=raw.name)
        _compress(raw.name, target)


def _compress(raw: str, target: Path) -> None:
    node = Path(sys.executable).with_name("node")
    command = [str(node), "--input-type=module", "-e", COMPRESS, raw, str(target)]
    subprocess.run(command, cwd=ROOT / "frontend", check=True)
    print(f"{target.name}  {target.stat().st_size // 1000} kB")


def main() -> None:
    parser = argparse.ArgumentParser(description="Take the pictures of the dashboard from a demo of its own.")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER, help="default: docs/screenshots")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=60_000)
    with tempfile.TemporaryDirectory() as data, a_demo(Path(data) / "data") as demo:
        asyncio.run(take(demo, folder.resolve()))


if __name__ == "__main__":
    main()
