"""The main job, as a newcomer does it: from the landing page to a score, what to do about it, and answers."""

import asyncio
import re

from playwright.async_api import Route, expect

from support.axe import violations
from support.dashboard import IMPORT_MS, PASSWORD, Dashboard
from support.demo import Owner
from support.tables import wait_until_caught_up

SCORE = re.compile(r"/api/v1/readiness\?")


async def test_from_the_landing_page_to_a_plan_and_an_answer(dashboard: Dashboard) -> None:
    page = dashboard.page
    await dashboard.sign_up("flow@example.com")
    await dashboard.make_business("Parcel House")
    await dashboard.go_to_consent()
    # Without an answer about the score the page goes on showing the import, for as long as it is looked at.
    looked_at = asyncio.Event()

    async def hold(route: Route) -> None:
        await looked_at.wait()
        await route.continue_()

    await page.route(SCORE, hold)
    with dashboard.demo.slow_stripe(latency_ms=400):  # an import of a few seconds can be watched
        await dashboard.decide("saas", "Connect")

        # Progress is shown and moves, and the first score comes up by itself.
        await page.wait_for_url("**/onboarding/stripe-connect*")
        await expect(page.get_by_text(re.compile("objects? read so far"))).to_be_visible()
        bar = page.get_by_role("progressbar")
        begun = await bar.get_attribute("value")
        assert await violations(page) == [], "an import under way"
        looked_at.set()
        # It moves on, or the score has come up before the next look.
        await expect(page.locator(f'progress[value="{begun}"]')).to_have_count(0)
    first_score = await dashboard.see_score()
    assert 0 < first_score <= 100

    # The overview follows by itself when the older history is in, which counts for the score.
    owner = Owner(dashboard.demo)
    owner.log_in("flow@example.com", PASSWORD)
    (business,) = owner.call("GET", "/auth/me")["businesses"]
    wait_until_caught_up(dashboard.demo, business["id"])
    score = owner.call("GET", "/readiness")["score"]
    await expect(page.get_by_text(f"Your score is {score} of 100")).to_be_attached()

    # The dashboard explains it: contributions that add up, metrics, the line of its history.
    await expect(dashboard.business).to_contain_text("Parcel House")
    made_of = dashboard.panel("What makes up your score")
    await expect(made_of.get_by_role("listitem").filter(has_text="Chargebacks").first).to_be_visible()
    total = await made_of.get_by_text(re.compile(r"^\d+(\.\d+)? of 100$")).inner_text()
    assert abs(float(total.split()[0]) - score) <= 0.5
    await expect(dashboard.panel("Key metrics, last 30 days")).to_contain_text("USD")
    await expect(dashboard.panel("Your score over time").get_by_role("slider")).to_be_attached(timeout=IMPORT_MS)
    await expect(page.get_by_text(re.compile("sample data", re.IGNORECASE)).first).to_be_visible()

    # A recommendation is accepted, and stays so.
    await page.get_by_role("link", name="Recommendations", exact=True).click()
    first = page.get_by_role("article").first
    title = await first.get_by_role("heading").inner_text()
    await first.get_by_role("button", name="Accept").click()
    await expect(page.get_by_role("article").filter(has_text=title)).to_have_count(0)
    await page.get_by_text("Accepted", exact=True).click()
    await expect(page.get_by_role("article").filter(has_text=title)).to_be_visible()

    await page.get_by_role("link", name="Metrics", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Metrics")
    await expect(page.locator("canvas").first).to_be_visible()

    # What if there were no chargebacks at all?
    await page.get_by_role("link", name="Simulator", exact=True).click()
    slider = page.get_by_role("slider", name="Chargebacks")
    await slider.focus()
    await page.keyboard.press("Home")
    assumed = page.get_by_text(re.compile(r"Your score would be \d+ of 100"))
    await expect(assumed).to_be_attached()
    assert int(re.findall(r"\d+", await assumed.inner_text())[0]) >= score

    # The agent answers from the same figures.
    await page.get_by_role("link", name="Ask", exact=True).click()
    talk = page.get_by_role("region", name="Conversation")
    await talk.get_by_label("Your question").fill("How far am I from the next tier?")
    await page.keyboard.press("Enter")
    await expect(talk.get_by_text("Was this useful?")).to_be_visible()
    await expect(talk.locator(".prose")).to_contain_text(re.compile(r"\d"))

    # Everything is still there for somebody who comes back.
    await dashboard.log_out()
    await dashboard.log_in("flow@example.com")
    assert await dashboard.see_score() == score
    await page.goto("/dashboard/recommendations?status=accepted")
    await expect(page.get_by_role("article").filter(has_text=title)).to_be_visible()


async def test_the_sample_owner_chooses_between_businesses(dashboard: Dashboard) -> None:
    (sign_in,) = dashboard.demo.facts["sample_sign_ins"]
    page = dashboard.page
    await page.goto("/auth/login")
    await dashboard.log_in(**sign_in)
    scores = {}
    for name in ("Corner Café", "Parcel & Post", "Thrive Goods"):
        await page.get_by_label("Business").select_option(label=name)
        await expect(dashboard.business).to_contain_text(name)
        scores[name] = await dashboard.see_score()
    assert len(set(scores.values())) == 3, "the samples stand in different places"
    await page.get_by_role("link", name="Metrics", exact=True).click()
    await expect(page.get_by_label("Business").locator("option:checked")).to_have_text("Thrive Goods")
