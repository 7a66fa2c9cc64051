"""Lighthouse's four figures of the landing page and the overview, from a demo of its own: make lighthouse

Each page is loaded a few times in one Chromium, as a telephone and as a desktop; what is printed is the median of each
category. Exits with 1 if one of them lies below the bar. Performance is measured against this machine's processor, so
whatever else is running counts against it.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from playwright.async_api import async_playwright

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))  # the demo and the browser are those of the tests

from support.browser import OPTIONS, chromium  # noqa: E402
from support.dashboard import Dashboard  # noqa: E402
from support.demo import Demo, a_demo  # noqa: E402

LIGHTHOUSE: Final = ROOT / "scripts" / "lighthouse" / "node_modules" / "lighthouse" / "cli" / "index.js"
BUSINESS: Final = "Parcel & Post"
PAGES: Final = {"landing": "/", "overview": "/dashboard"}
VIEWS: Final = tuple(f"{page}-{screen}" for screen in ("mobile", "desktop") for page in PAGES)
CATEGORIES: Final = ("performance", "accessibility", "best-practices", "seo")
BAR: Final = 95


async def measure(demo: Demo, views: list[str], runs: int, folder: Path) -> bool:
    """Print a line for each view; whether all of them reach the bar."""
    fine = True
    print(f"{'':20}" + "".join(f"{name:>16}" for name in CATEGORIES) + f"{'layout shift':>16}")
    with tempfile.TemporaryDirectory() as profile:
        async with async_playwright() as playwright:
            # Lighthouse comes to this browser through its debugging port, and finds the session in its profile.
            context = await playwright.chromium.launch_persistent_context(
                profile, executable_path=chromium(), args=[*OPTIONS, "--remote-debugging-port=0"], base_url=demo.url
            )
            await Dashboard(context.pages[0], demo).enter(BUSINESS)
            cdp = await context.new_cdp_session(context.pages[0])
            port = (Path(profile) / "DevToolsActivePort").read_text().split()[0]
            for view in views:
                name, screen = view.split("-")
                reports = []
                for _ in range(runs):
                    await cdp.send("Network.clearBrowserCache")  # a first visit, but for the session
                    reports.append(await audit(demo.url + PAGES[name], port, screen))
                (folder / f"lighthouse-{view}.json").write_text(json.dumps(reports[-1]))
                found = {each: statistics.median(scored(report, each) for report in reports) for each in CATEGORIES}
                shift = max(report["audits"]["cumulative-layout-shift"]["numericValue"] for report in reports)
                line = "".join(f"{found[each]:16.0f}" for each in CATEGORIES)
                print(f"{view:20}{line}{shift:16.3f}", flush=True)
                for warning in {each for report in reports for each in report["runWarnings"]}:
                    print(f"{'':20}{warning}")
                fine = fine and min(found.values()) >= BAR
            await context.close()
    return fine


async def audit(url: str, port: str, screen: str) -> dict[str, Any]:
    node = Path(sys.executable).with_name("node")
    command = [
        str(node), str(LIGHTHOUSE), url, f"--port={port}", "--output=json", "--quiet", "--disable-storage-reset",
        "--no-enable-error-reporting", f"--only-categories={','.join(CATEGORIES)}",
        *(["--preset=desktop"] if screen == "desktop" else []),
    ]  # fmt: skip
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    if process.returncode:
        raise SystemExit(f"Lighthouse ended with {process.returncode} on {url}.")
    report: dict[str, Any] = json.loads(output)
    return report


def scored(report: dict[str, Any], category: str) -> float:
    """0–100."""
    return 100 * float(report["categories"][category]["score"])


def main() -> int:
    parser = argparse.ArgumentParser(description="Lighthouse's figures of the landing page and the overview.")
    parser.add_argument("--only", choices=VIEWS, action="append", help="a page on a screen (default all)")
    parser.add_argument("--runs", type=int, default=3, help="loads of each page (default 3)")
    parser.add_argument("--folder", type=Path, default=ROOT / ".build", help="where reports are kept (default .build)")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, a_demo(Path(data) / "data") as demo:
        fine = asyncio.run(measure(demo, arguments.only or list(VIEWS), arguments.runs, arguments.folder))
    print(f"All at {BAR} or more." if fine else f"Below {BAR}.")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
