"""What happens to somebody who turns back, comes late, or comes without a key."""

import pytest
from playwright.async_api import expect

from support.axe import violations
from support.dashboard import IMPORT_MS, TOKEN, Dashboard


async def test_a_denied_consent_says_so_and_can_be_tried_again(dashboard: Dashboard) -> None:
    page = dashboard.page
    await dashboard.sign_up("denied@example.com")
    await dashboard.make_business("Second Thoughts")
    await dashboard.go_to_consent()
    await page.get_by_role("button", name="Cancel").click()
    await page.wait_for_url("**/onboarding/stripe-connect?*error=access_denied*")
    await expect(page.get_by_role("alert")).to_contain_text("Stripe was not connected")
    assert await violations(page) == [], "a consent that was denied"
    await page.get_by_role("button", name="Try again with Stripe").click()
    await dashboard.decide("fresh", "Connect")
    assert await dashboard.see_score() > 0


async def test_an_account_without_a_sale_gets_no_score_and_is_told_why(dashboard: Dashboard) -> None:
    await dashboard.sign_up("empty@example.com")
    await dashboard.make_business("Nothing Yet")
    await dashboard.go_to_consent()
    await dashboard.decide("empty", "Connect")
    told = dashboard.page.get_by_text("not enough history for a score yet", exact=False)
    await expect(told).to_be_visible(timeout=IMPORT_MS)
    assert await violations(dashboard.page) == [], "no score yet"
    await expect(dashboard.page.get_by_text("Your score is")).to_have_count(0)


@pytest.mark.parametrize("token", [None, "garbled"])
async def test_whose_session_is_over_logs_in_and_is_back_where_they_were(
    dashboard: Dashboard, token: str | None
) -> None:
    (sign_in,) = dashboard.demo.facts["sample_sign_ins"]
    page = dashboard.page
    await page.goto("/auth/login")
    await dashboard.log_in(**sign_in)
    await dashboard.see_score()
    await page.goto("/robots.txt")  # no script here that would notice before the page does that is meant to
    await page.context.clear_cookies()  # the one that renews the token among them
    await page.evaluate(
        "([key, token]) => token === null ? localStorage.removeItem(key) : localStorage.setItem(key, token)",
        [TOKEN, token],
    )
    await page.goto("/dashboard/metrics?range=90d")
    await page.wait_for_url("**/auth/login?next=*")
    await dashboard.log_in(**sign_in)
    await page.wait_for_url("**/dashboard/metrics?range=90d")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Metrics")


async def test_a_token_that_ran_out_is_renewed_without_a_word(dashboard: Dashboard) -> None:
    (sign_in,) = dashboard.demo.facts["sample_sign_ins"]
    page = dashboard.page
    await page.goto("/auth/login")
    await dashboard.log_in(**sign_in)
    score = await dashboard.see_score()
    await page.goto("/robots.txt")
    await page.evaluate("(key) => localStorage.setItem(key, 'garbled')", TOKEN)
    await page.goto("/dashboard")  # where several calls are refused at once
    assert await dashboard.see_score() == score
    assert await page.evaluate("(key) => localStorage.getItem(key)", TOKEN) != "garbled"


async def test_wrong_input_is_explained_beside_the_field(dashboard: Dashboard) -> None:
    page = dashboard.page
    await page.goto("/auth/login")
    await dashboard.log_in("nobody@example.com", "wrong but long")
    await expect(page.get_by_role("alert")).to_be_visible()
    assert "/auth/login" in page.url
    await page.goto("/auth/signup")
    await page.get_by_label("Your name").fill("Olive")
    await page.get_by_label("E-mail").fill("no address")
    await page.get_by_label("Password", exact=True).fill("short")
    await page.get_by_role("button", name="Create account").click()
    for label in ("E-mail", "Password"):
        await expect(page.get_by_label(label, exact=True)).to_have_attribute("aria-invalid", "true")
    taken = dashboard.demo.facts["sample_sign_ins"][0]["email"]
    await page.get_by_label("E-mail").fill(taken)
    await page.get_by_label("Password", exact=True).fill("correct horse battery")
    await page.get_by_role("button", name="Create account").click()
    await expect(page.get_by_role("alert").first).to_be_visible()


async def test_an_unknown_page_is_a_404_that_leads_back(dashboard: Dashboard) -> None:
    answer = await dashboard.page.goto("/no/such/page")
    assert answer is not None
    assert answer.status == 404
    await dashboard.page.get_by_role("link", name="Home").click()
    await expect(dashboard.page.get_by_role("link", name="Create an account")).to_be_visible()
