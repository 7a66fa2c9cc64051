"""Somebody in front of a browser, who finds things by what they are called."""

import re

from playwright.async_api import ConsoleMessage, Locator, Page, Request, Response, expect

from support.demo import Demo, Owner

PASSWORD = "correct horse battery"
TOKEN = "vaultra_token"
CURRENT_BUSINESS = "vaultra_current_business_id"
IMPORT_MS = 120_000


async def settled(page: Page) -> None:
    """Until the page has all that it asked for, and shows it."""
    await page.wait_for_load_state("networkidle")
    await expect(page.locator(".skeleton")).to_have_count(0)


class Watch:
    """Collects what must not happen on our pages: script errors, console errors (the content security policy reports
    there), requests to other hosts, and answers of 500 and more."""

    def __init__(self, page: Page, url: str) -> None:
        self.complaints: list[str] = []
        self._url = url
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("console", self._said)
        page.on("request", self._asked)
        page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        # That an answer was no 2xx is said by the browser as well; the tests look at what the page makes of it.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"console: {message.text} ({message.location.get('url')})")

    def _asked(self, request: Request) -> None:
        local = request.url.startswith((self._url, "data:", "http://127.0.0.1:"))
        if not local:
            self.complaints.append(f"request to another host: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} from {response.url}")


class Dashboard:
    """The pages as a person uses them."""

    def __init__(self, page: Page, demo: Demo) -> None:
        self.page = page
        self.demo = demo

    async def sign_up(self, email: str, name: str = "Olive Owner") -> None:
        """From the landing page to the account, where the business is asked for."""
        await self.page.goto("/")
        await self.page.get_by_role("link", name="Create an account").click()
        await self.page.get_by_label("Your name").fill(name)
        await self.page.get_by_label("E-mail").fill(email)
        await self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        await self.page.get_by_role("button", name="Create account").click()
        await self.page.wait_for_url("**/onboarding/business*")

    async def log_in(self, email: str, password: str = PASSWORD) -> None:
        await self.page.get_by_label("E-mail").fill(email)
        await self.page.get_by_label("Password", exact=True).fill(password)
        await self.page.get_by_role("button", name="Sign in").click()

    async def enter(self, business: str) -> int:
        """As the owner of the samples, in front of one of them; its score. Signed in by hand, to save the way."""
        owner = Owner(self.demo)
        owner.log_in(**self.demo.facts["sample_sign_ins"][0])
        businesses = owner.call("GET", "/auth/me")["businesses"]
        chosen = next(each["id"] for each in businesses if each["name"] == business)
        await self.page.goto("/robots.txt")
        await self.page.evaluate(
            "(items) => Object.entries(items).forEach(([key, value]) => localStorage.setItem(key, value))",
            {TOKEN: owner.token, CURRENT_BUSINESS: chosen},
        )
        await self.page.goto("/dashboard")
        return await self.see_score()

    async def log_out(self) -> None:
        await self.page.get_by_role("button", name=re.compile("account of")).click()
        await self.page.get_by_role("button", name="Log out").click()
        await self.page.wait_for_url("**/auth/login*")

    async def make_business(self, name: str) -> None:
        await self.page.get_by_label("Business name").fill(name)
        await self.page.get_by_role("button", name="Continue to Stripe").click()
        await self.page.wait_for_url("**/onboarding/stripe-connect*")

    async def go_to_consent(self) -> None:
        await self.page.get_by_role("button", name=re.compile("with Stripe")).click()
        await self.page.wait_for_url(f"{self.demo.facts['sandbox_url']}/oauth/authorize*")

    async def decide(self, account: str, decision: str) -> None:
        """On the sandbox's consent page."""
        await self.page.locator(f"input[value='{account}']").check()
        await self.page.get_by_role("button", name=decision).click()

    async def connect(self, account: str) -> None:
        """To Stripe and back, up to the first score."""
        await self.go_to_consent()
        await self.decide(account, "Connect")
        await self.see_score()

    async def see_score(self) -> int:
        """The score that the overview shows, once it does."""
        said = self.page.get_by_text(re.compile(r"Your score is \d+ of 100"))
        await expect(said).to_be_attached(timeout=IMPORT_MS)
        found = re.search(r"Your score is (\d+) of 100", await said.inner_text())
        assert found is not None
        return int(found[1])

    @property
    def business(self) -> Locator:
        """The line above the title that says which business a page is about."""
        return self.page.locator("#business")

    def panel(self, title: str) -> Locator:
        return self.page.locator("section").filter(has=self.page.get_by_role("heading", name=title))
