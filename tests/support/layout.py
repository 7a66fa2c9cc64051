"""What a page does to the eye and to fingers: text that moves while it is read, and targets too small to hit."""

from typing import Final, cast

from playwright.async_api import BrowserContext, Page

STEADY: Final = 0.1  # up to here Google calls a page's shift good: https://web.dev/articles/cls
FINGER: Final = 44  # pixels, WCAG 2.2 success criterion 2.5.5

WATCH_SHIFTS: Final = """
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue;
      const nodes = entry.sources.map(({ node }) => (node?.nodeType === 1 ? node : node?.parentElement)?.className);
      window.shifts.push({ value: entry.value, nodes });
    }
  }).observe({ type: "layout-shift", buffered: true });
"""
# What can be hit is the label's whole box where there is one. A link within a sentence is as high as its line, which
# the criterion allows; charts are read by a slider that covers them.
SMALL_TARGETS: Final = """(least) => {
  const found = [];
  for (const each of document.querySelectorAll("a, button, select, summary, input:not([type=hidden]), textarea")) {
    const target = each.closest("label") ?? each;
    const { width, height } = target.getBoundingClientRect();
    const hidden = width <= 1 || height <= 1 || !each.checkVisibility({ visibilityProperty: true });
    const inText = getComputedStyle(each).display === "inline" && each.closest("p, li, dd, span");
    if (!hidden && !inText && height < least - 0.5)
      found.push(`${each.tagName} "${(each.ariaLabel ?? each.textContent).trim().slice(0, 40)}" ${height}px`);
  }
  return found;
}"""


async def watch_shifts(context: BrowserContext) -> None:
    """From now on every page of this browser profile counts what moves without having been asked to."""
    await context.add_init_script(WATCH_SHIFTS)


async def shift(page: Page) -> tuple[float, object]:
    """How far a page's content has moved since it was opened (a sum: at least the cumulative score), and what did."""
    shifts = cast(list[dict[str, float]], await page.evaluate("window.shifts"))
    return sum(each["value"] for each in shifts), shifts


async def small_targets(page: Page) -> list[str]:
    """What is lower than a finger needs."""
    return cast(list[str], await page.evaluate(SMALL_TARGETS, FINGER))
