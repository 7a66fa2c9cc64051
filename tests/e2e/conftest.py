"""Fixtures for tests in a browser: one Chromium for all, a fresh profile and a page under watch for each."""

from collections.abc import AsyncIterator, Generator

import pytest
from playwright.async_api import Browser, BrowserContext, expect

from support.browser import ROOT, a_browser
from support.dashboard import Dashboard, Watch
from support.demo import Demo

RESULTS = ROOT / "test-results"
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)  # machines that run tests have other things to do as well
OUTCOME = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[OUTCOME] = report.failed
    return report


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with a_browser() as running:
        yield running


@pytest.fixture
async def context(browser: Browser, demo: Demo, request: pytest.FixtureRequest) -> AsyncIterator[BrowserContext]:
    """A browser profile of its own; what it saw is kept in test-results when the test fails."""
    context = await browser.new_context(base_url=demo.url, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    await context.tracing.start(snapshots=True)
    yield context
    if request.node.stash.get(OUTCOME, False):
        RESULTS.mkdir(exist_ok=True)
        for number, page in enumerate(context.pages):
            await page.screenshot(path=RESULTS / f"{request.node.name}-{number}.png", full_page=True)
        await context.tracing.stop(path=RESULTS / f"{request.node.name}.zip")
    else:
        await context.tracing.stop()
    await context.close()


@pytest.fixture
async def dashboard(context: BrowserContext, demo: Demo) -> AsyncIterator[Dashboard]:
    """Somebody in front of a browser. What the pages complain about fails the test."""
    page = await context.new_page()
    watch = Watch(page, demo.url)
    yield Dashboard(page, demo)
    assert watch.complaints == []
