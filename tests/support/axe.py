"""axe-core on a page: what a screen reader, a keyboard or weak eyes would stumble over."""

import functools
from typing import Final

from playwright.async_api import Page

from support.browser import ROOT

SOURCE: Final = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SEVERE: Final = ("serious", "critical")
RUN: Final = "() => axe.run(document, {resultTypes: ['violations']}).then(({violations}) => violations)"


@functools.cache
def _source() -> str:
    return SOURCE.read_text()


async def violations(page: Page) -> list[str]:
    """The serious and critical findings on what the page shows now, one line each; none is as it should be."""
    # Evaluated from outside: the pages' own policy lets no script in that is not theirs.
    await page.evaluate(_source())
    found = await page.evaluate(RUN)
    return [
        f"{each['id']} ({each['impact']}): {each['help']}: {[node['target'] for node in each['nodes'][:3]]}"
        for each in found
        if each["impact"] in SEVERE
    ]
