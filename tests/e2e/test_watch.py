"""The watch over the pages sees what it is there to see: without this, its silence would prove nothing."""

from support.dashboard import Dashboard, Watch

INLINE = "const s = document.createElement('script'); s.textContent = 'window.ran = true'; document.body.append(s)"


async def test_a_blocked_script_an_error_and_a_foreign_request_are_seen(dashboard: Dashboard) -> None:
    page = await dashboard.page.context.new_page()
    watch = Watch(page, dashboard.demo.url)
    await page.goto("/")
    assert watch.complaints == []
    async with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        await page.evaluate(INLINE)
    assert await page.evaluate("window.ran") is None, "the policy lets no inline script run"
    async with page.expect_event("pageerror"):
        await page.evaluate("setTimeout(() => { throw new Error('planted') })")
    async with page.expect_console_message(lambda message: "elsewhere.example" in message.text):
        await page.evaluate("fetch('https://elsewhere.example/').catch(() => null)")
    said = "\n".join(watch.complaints)
    for part in ("Content Security Policy", "planted", "elsewhere.example"):
        assert part in said
