"""Every number is a handle: from a figure on a page down to the Stripe objects, and from a day to what moved it."""

import datetime as dt
import re

from playwright.async_api import expect

from support.dashboard import Dashboard


async def test_from_the_score_to_the_very_disputes_and_back(dashboard: Dashboard) -> None:
    page = dashboard.page
    await dashboard.enter("Parcel & Post")
    await page.get_by_role("button", name="Where this score comes from").click()
    drawer = page.get_by_role("dialog")
    await expect(drawer.get_by_role("heading", level=2)).to_be_focused()
    await drawer.get_by_role("button", name=re.compile("^Chargebacks")).click()
    await expect(drawer.get_by_text(re.compile(r"There were \d+ chargebacks on \d+ sales"))).to_be_visible()
    disputes = drawer.get_by_text(re.compile(r"^dp_"))
    await expect(disputes.first).to_be_visible()
    await drawer.get_by_role("button", name=re.compile("^Chargebacks")).click()
    number = drawer.locator("p.figure").first
    await expect(number).to_have_text(re.compile(r"^\d+$"))
    total = int(await number.inner_text())
    await expect(disputes).to_have_count(min(total, 20))
    await drawer.get_by_role("button", name="Back", exact=True).click()
    await expect(drawer.get_by_text(re.compile(r"There were \d+ chargebacks"))).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(drawer).to_have_count(0)


async def test_two_days_are_compared_and_the_address_keeps_them(dashboard: Dashboard) -> None:
    page = dashboard.page
    await dashboard.enter("Parcel & Post")
    await page.get_by_role("link", name="Score history").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Score history")
    await page.get_by_role("button", name="90 days").click()
    await page.wait_for_url("**/dashboard/score?*span=90d*")
    moved = page.get_by_role("region", name="What moved it")
    start = dt.date.fromisoformat(await moved.get_by_label("From").input_value())
    told = moved.get_by_text(re.compile(rf"Your score went (up|down) \d+ points? between {start.day} {start:%B %Y}"))
    await expect(told).to_be_visible()
    sentence = await told.inner_text()
    await page.reload()
    await expect(moved.get_by_text(sentence)).to_be_visible()
    slider = page.get_by_role("slider", name="Score by day")
    await slider.focus()
    for _ in range(3):
        await page.keyboard.press("ArrowLeft")
    await page.get_by_role("button", name="Compare up to this day").click()
    await page.wait_for_url("**/dashboard/score?*to=*")


async def test_the_simulator_follows_the_keyboard_and_a_path_becomes_the_plan(dashboard: Dashboard) -> None:
    page = dashboard.page
    score = await dashboard.enter("Corner Café")
    await page.get_by_role("link", name="Simulator", exact=True).click()
    slider = page.get_by_role("slider", name="Chargebacks")
    await slider.focus()
    await page.keyboard.press("End")
    worse = page.get_by_text(re.compile(r"Your score would be \d+ of 100"))
    await expect(worse).to_be_attached()
    assert int(re.findall(r"\d+", await worse.inner_text())[0]) < score
    await page.get_by_role("button", name="Back to today").click()
    await expect(page.get_by_text(f"Your score today is {score} of 100")).to_be_attached()

    await page.get_by_role("button", name="Show on the sliders").click()
    promise = await page.get_by_text(re.compile(r"steps? to \d+ points")).inner_text()
    target = int(re.findall(r"to (\d+) points", promise)[0])
    await expect(page.get_by_text(f"Your score would be {target} of 100")).to_be_attached()
    await page.get_by_role("button", name="Make this my plan").click()
    told = page.get_by_text(re.compile(r"[1-9]\d* recommendations? accepted"))
    await expect(told).to_be_visible()
    await page.get_by_role("link", name="See the plan").click()
    await expect(page.get_by_role("article").first).to_contain_text("Accepted")
