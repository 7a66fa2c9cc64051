"""Asking in plain language: the answer, what it looked at, where its figures and sources lead, and its history."""

import re

from playwright.async_api import expect

from support.axe import violations
from support.dashboard import Dashboard

QUESTION = "What's hurting my funding readiness?"


async def test_an_answer_shows_its_work_and_outlives_a_reload(dashboard: Dashboard) -> None:
    page = dashboard.page
    score = await dashboard.enter("Parcel & Post")
    await page.get_by_role("link", name="Ask", exact=True).click()
    talk = page.get_by_role("region", name="Conversation")
    await talk.get_by_role("button", name=QUESTION, exact=True).click()
    await expect(talk.get_by_text("Was this useful?")).to_be_visible()
    await expect(talk.get_by_text(re.compile(rf"\b{score}\b")).first).to_be_visible()
    said = await talk.locator(".prose").inner_text()
    await talk.get_by_text("Where the figures come from").click()
    await expect(talk.get_by_role("button", name=re.compile(rf"^{score}\b")).first).to_be_visible()
    source = talk.get_by_role("region", name="Sources").locator("details").first
    await source.locator("summary").click()
    await expect(source.locator("blockquote")).to_be_visible()
    assert await violations(page) == [], "an answer"

    await talk.get_by_role("button", name=re.compile(rf"^{score}\b")).first.click()
    await expect(page.get_by_role("dialog").get_by_role("heading", level=2)).to_be_focused()
    await page.keyboard.press("Escape")

    await page.reload()
    await expect(talk.locator(".prose")).to_have_text(said, use_inner_text=True)
    yes = talk.get_by_role("button", name="Yes", exact=True)
    await yes.click()
    await expect(yes).to_have_attribute("aria-pressed", "true")

    history = page.get_by_role("navigation", name="Conversations")
    await history.get_by_role("button", name="New", exact=True).click()
    await expect(talk.get_by_role("button", name=QUESTION, exact=True)).to_be_visible()
    await talk.get_by_label("Your question").fill("How far am I from the next tier?")
    await page.keyboard.press("Enter")
    await expect(talk.get_by_text("Was this useful?")).to_be_visible()
    await history.get_by_role("button", name=QUESTION, exact=True).click()
    await expect(talk.locator(".prose")).to_have_text(said, use_inner_text=True)

    await history.get_by_role("button", name=f"Delete {QUESTION}", exact=True).click()
    question = page.get_by_role("dialog", name="Delete this conversation?")
    await expect(question).to_be_visible()
    assert await violations(page) == [], "the question before a conversation is deleted"
    await question.get_by_role("button", name="Delete", exact=True).click()
    await expect(history.get_by_role("button", name=QUESTION, exact=True)).to_have_count(0)
    await expect(talk.get_by_role("button", name=QUESTION, exact=True)).to_be_visible()
