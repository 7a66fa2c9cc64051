"""The pages as people meet them who may only read, whose server is gone, or who cannot use a mouse."""

import functools
from typing import Final

import pytest
from playwright.async_api import Page, expect

from support.axe import violations
from support.dashboard import Dashboard, settled
from support.demo import Owner
from support.layout import STEADY, shift, small_targets, watch_shifts

PAGES: Final = (
    "/dashboard",
    "/dashboard/recommendations",
    "/dashboard/simulator",
    "/dashboard/score",
    "/dashboard/metrics?compare=before",
    "/dashboard/agent",
    "/dashboard/settings",
)

# What moves for longer than the eye can see although the person asked for no motion.
MOVING: Final = """() => document.getAnimations().map((each) => each.effect.getComputedTiming())
  .filter(({ activeDuration }) => activeDuration > 1).map(({ activeDuration }) => activeDuration)"""


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_every_page_is_accessible_steady_and_fits_the_screen(dashboard: Dashboard, theme: str) -> None:
    page = dashboard.page
    narrow = theme == "dark"
    await watch_shifts(page.context)
    await page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
    await page.set_viewport_size({"width": 360 if narrow else 1440, "height": 900})
    for path in ("/", "/auth/login", "/auth/signup"):
        await page.goto(path)
        await sound(page, path, narrow=narrow)
    await dashboard.enter("Parcel & Post")
    for path in PAGES:
        await page.goto(path)
        await sound(page, path, narrow=narrow)


async def sound(page: Page, path: str, *, narrow: bool) -> None:
    """Nothing serious for axe, nothing that moved by itself, nothing beyond the edge; targets for fingers."""
    await settled(page)
    assert await violations(page) == [], path
    moved, shifts = await shift(page)
    assert moved < STEADY, f"{path} moved by {moved}: {shifts}"
    beyond = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert beyond <= 0, f"{path} scrolls sideways by {beyond} px"
    if narrow:
        assert await small_targets(page) == [], path


async def test_no_state_in_between_has_a_serious_finding(dashboard: Dashboard) -> None:
    """What comes up only when it is asked for: drawers, questions, menus, tables, toasts, and lists with nothing in."""
    page = dashboard.page
    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    await page.set_viewport_size({"width": 360, "height": 900})
    await dashboard.enter("Parcel & Post")
    button, dialog = functools.partial(page.get_by_role, "button"), page.get_by_role("dialog")
    moving = await page.evaluate(MOVING)
    assert moving == [], "motion was to be reduced"

    await button(name="Where this score comes from").click()
    await expect(dialog.get_by_role("heading", name="Made of")).to_be_visible()
    assert await violations(page) == [], "the evidence"
    await page.keyboard.press("Escape")
    await button(name="account of").click()
    await expect(page.get_by_role("link", name="Settings")).to_be_visible()
    await page.get_by_text("View as table").click()
    await expect(page.get_by_role("rowheader").first).to_be_visible()
    assert await violations(page) == [], "the menu and a table"

    await page.goto("/dashboard/recommendations?status=dismissed&sort=newest")
    await expect(page.get_by_text("Nothing here", exact=True)).to_be_visible()
    await expect(button(name="Newest")).to_have_attribute("aria-pressed", "true")
    assert await violations(page) == [], "an empty list"
    await page.goto("/dashboard/recommendations")
    await button(name="Dismiss", exact=True).first.click()
    await button(name="Undo").hover()  # a toast that is pointed at stays
    assert await violations(page) == [], "a toast"
    await button(name="Undo").click()
    await expect(button(name="Undo")).to_have_count(0)

    await page.goto("/dashboard/settings")
    for name in ("Disconnect…", "Delete Parcel & Post…", "Delete my account…", "Leave Parcel & Post"):
        await button(name=name).click()
        await expect(dialog).to_be_visible()
        assert await violations(page) == [], f"the question after {name}"
        await dialog.get_by_role("button", name="Cancel").click()
        await expect(dialog).to_have_count(0)
    await page.get_by_label("Name of the new token").fill("Desk")
    await button(name="Make a token").click()
    await expect(page.get_by_text("Copy this token now")).to_be_visible()
    assert await violations(page) == [], "a token that was just made"
    await button(name="Revoke Desk").click()
    await expect(dialog).to_be_visible()
    assert await violations(page) == [], "the question before a token is revoked"
    await dialog.get_by_role("button", name="Revoke", exact=True).click()
    await expect(page.get_by_text("No tokens yet")).to_be_visible()

    await page.goto("/onboarding/business")
    await settled(page)
    assert await violations(page) == [], "the business form"
    await page.goto("/no/such/page")
    assert await violations(page) == [], "the page that is not there"


async def test_a_viewer_reads_everything_and_is_offered_nothing_to_decide(dashboard: Dashboard) -> None:
    page, demo = dashboard.page, dashboard.demo
    owner = Owner(demo)
    owner.log_in(**demo.facts["sample_sign_ins"][0])
    business = next(
        each["id"] for each in owner.call("GET", "/auth/me")["businesses"] if each["name"] == "Thrive Goods"
    )
    invitation = {"email": "viewer@example.com", "role": "viewer"}
    owner.call("POST", f"/users/businesses/{business}/members", invitation, expect=201)
    await dashboard.sign_up("viewer@example.com", "Vera Viewer")
    await page.goto(demo.mailed_link("viewer@example.com", "/invite"))
    await page.get_by_role("button", name="Accept the invitation").click()
    assert await dashboard.see_score() > 0
    for path in PAGES:
        await page.goto(path)
        await settled(page)
        for name in ("Accept", "Dismiss", "Make this my plan", "Disconnect…"):
            await expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
        await expect(page.get_by_role("alert")).to_have_count(0)


async def test_a_business_of_others_is_refused_with_a_way_out(dashboard: Dashboard) -> None:
    page = dashboard.page
    await dashboard.enter("Parcel & Post")
    await page.goto("/dashboard?business_id=00000000-0000-7000-8000-000000000000")
    await expect(page.get_by_role("alert")).to_contain_text("You have no access to this")
    assert await violations(page) == []


async def test_when_the_server_is_gone_the_page_says_so_and_goes_on_when_it_is_back(dashboard: Dashboard) -> None:
    page = dashboard.page
    score = await dashboard.enter("Parcel & Post")
    await page.route("**/api/v1/**", lambda route: route.abort())
    await page.goto("/dashboard")
    await expect(page.get_by_role("alert").first).to_contain_text("Vaultra cannot be reached")
    assert await violations(page) == []
    await page.unroute("**/api/v1/**")
    await page.get_by_role("button", name="Try again").first.click()
    assert await dashboard.see_score() == score


async def test_the_keyboard_reaches_the_content_past_the_navigation(dashboard: Dashboard) -> None:
    page = dashboard.page
    await dashboard.enter("Parcel & Post")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()
    await page.get_by_role("button", name="account of").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Settings")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("link", name="Settings")).to_be_hidden()
