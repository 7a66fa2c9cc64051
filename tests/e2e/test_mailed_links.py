"""The pages that a mail leads to: joining, confirming an address, and a password that was forgotten."""

from playwright.async_api import expect

from support.axe import violations
from support.dashboard import PASSWORD, Dashboard

NEW_PASSWORD = "battery staple horse"


async def test_whoever_is_invited_signs_up_first_and_comes_back_to_join(dashboard: Dashboard) -> None:
    page, demo = dashboard.page, dashboard.demo
    owner = demo.signed_up("host@example.com", "Hanna Host")
    business = owner.business("Open House")
    await page.goto("/invite")
    await expect(page.get_by_text("This link is not complete")).to_be_visible()
    assert await violations(page) == [], "a link without its token"

    invitation = {"email": "guest@example.com", "role": "admin"}
    owner.call("POST", f"/users/businesses/{business}/members", invitation, expect=201)
    link = demo.mailed_link("guest@example.com", "/invite")
    await page.goto(link)
    await expect(page.get_by_role("link", name="Sign in", exact=True)).to_be_visible()
    assert "token" not in page.url, "the address keeps no secret"
    assert await violations(page) == [], "an invitation before signing in"
    await page.get_by_role("link", name="Create an account").click()
    await page.get_by_label("Your name").fill("Gus Guest")
    await page.get_by_label("E-mail").fill("guest@example.com")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Create account").click()
    await page.wait_for_url("**/invite")
    await expect(page.get_by_role("button", name="Accept the invitation")).to_be_visible()
    assert await violations(page) == [], "an invitation to accept"
    await page.get_by_role("button", name="Accept the invitation").click()
    # Not connected yet, and only an owner may do that.
    await expect(page.get_by_text("you are here as admin")).to_be_visible()

    await page.goto(link)
    await page.get_by_role("button", name="Accept the invitation").click()
    await expect(page.get_by_role("alert")).to_contain_text("This invitation cannot be used")
    assert await violations(page) == [], "an invitation that was used"


async def test_an_address_is_confirmed_by_its_link_and_that_once(dashboard: Dashboard) -> None:
    page, demo = dashboard.page, dashboard.demo
    owner = demo.signed_up("confirm@example.com")
    assert owner.call("GET", "/auth/me")["email_verified"] is False
    link = demo.mailed_link("confirm@example.com", "/auth/verify")
    await page.goto(link)
    await expect(page.get_by_role("status")).to_contain_text("Your e-mail address is confirmed")
    assert await violations(page) == [], "confirmed"
    assert owner.call("GET", "/auth/me")["email_verified"] is True
    await page.goto(link)
    await expect(page.get_by_role("alert")).to_be_visible()
    assert await violations(page) == [], "a link that was used"


async def test_a_forgotten_password_is_replaced_by_a_link(dashboard: Dashboard) -> None:
    page, demo = dashboard.page, dashboard.demo
    demo.signed_up("forgetful@example.com")
    await page.goto("/auth/login")
    await page.get_by_role("link", name="Forgot your password?").click()
    await page.get_by_label("E-mail").fill("forgetful@example.com")
    assert await violations(page) == [], "asking for a link"
    await page.get_by_role("button", name="Send me a link").click()
    await expect(page.get_by_role("status")).to_contain_text("is on its way")
    assert await violations(page) == [], "a link is on its way"

    await page.goto(demo.mailed_link("forgetful@example.com", "/auth/reset"))
    await page.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    assert await violations(page) == [], "a new password"
    await page.get_by_role("button", name="Save the new password").click()
    await expect(page.get_by_role("status")).to_contain_text("Your password is changed")
    await page.get_by_role("link", name="Sign in").click()
    await dashboard.log_in("forgetful@example.com", PASSWORD)
    await expect(page.get_by_role("alert")).to_be_visible()
    await dashboard.log_in("forgetful@example.com", NEW_PASSWORD)
    await page.wait_for_url("**/onboarding/business*")
