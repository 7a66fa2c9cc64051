"""The pages as people meet them who may only read, whose server is gone, or who cannot use a mouse."""

from typing import Final

import pytest
from playwright.async_api import Page, expect

from support.axe import violations
from support.dashboard import Dashboard
from support.demo import Owner

PAGES: Final = (
    "/dashboard",
    "/dashboard/recommendations",
    "/dashboard/simulator",
    "/dashboard/score",
    "/dashboard/metrics?compare=before",
    "/dashboard/agent",
    "/dashboard/settings",
)


async def settled(page: Page) -> None:
    await page.wait_for_load_state("networkidle")
    await expect(page.locator(".skeleton")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_no_page_has_a_serious_finding_or_is_wider_than_a_narrow_screen(dashboard: Dashboard, theme: str) -> None:
    page = dashboard.page
    await page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
    await page.set_viewport_size({"width": 360 if theme == "dark" else 1440, "height": 900})
    for path in ("/", "/auth/login", "/auth/signup"):
        await page.goto(path)
        await settled(page)
        assert await violations(page) == [], path
    await dashboard.enter("Parcel & Post")
    for path in PAGES:
        await page.goto(path)
        await settled(page)
        assert await violations(page) == [], path
        beyond = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert beyond <= 0, f"{path} scrolls sideways by {beyond} px"
    await page.goto("/dashboard")
    await page.get_by_role("button", name="Where this score comes from").click()
    await expect(page.get_by_role("dialog").get_by_role("heading", name="Made of")).to_be_visible()
    assert await violations(page) == [], "the evidence"
    await page.goto("/dashboard/settings")
    await page.get_by_role("button", name="Disconnect…").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert await violations(page) == [], "the question before disconnecting"
    await page.goto("/onboarding/business")
    await settled(page)
    assert await violations(page) == [], "the business form"


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
