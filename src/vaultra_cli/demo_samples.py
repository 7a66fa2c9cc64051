"""The sample owner of a fresh demo: signed up and connected through the very use cases that everybody goes through."""

import asyncio
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import aiohttp
from dishka import AsyncContainer

from vaultra_core.domain.accounts import ImportPhase
from vaultra_core.domain.imports import progress
from vaultra_core.errors import Conflict, Unavailable
from vaultra_core.identity import Caller, Role
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.use_cases.create_business import CreateBusiness
from vaultra_core.use_cases.finish_connect import FinishConnect
from vaultra_core.use_cases.sign_up import SignUp
from vaultra_core.use_cases.start_connect import StartConnect
from vaultra_http.routes.stripe import CALLBACK
from vaultra_http.site import PublicUrl

SAMPLE_EMAIL = "owner@sample.example"
SAMPLES = {"cafe": "Corner Café", "shop": "Parcel & Post", "thrive": "Thrive Goods"}
WAIT_SECONDS = 30


async def import_samples(container: AsyncContainer, *, password: str, say: Callable[[str], None]) -> None:
    """Sign the sample owner up and connect the sample businesses, unless that was done already; wait for the scores.

    What an earlier start left unfinished is finished by this one.
    """
    owner = await _owner(container, password)
    unit_of_work = await container.get(UnitOfWorkFactory)
    async with unit_of_work() as work:
        existing = {member.name: member.id for member in await work.businesses.of_user(owner)}
    fresh = False
    for account, name in SAMPLES.items():
        business = existing.get(name) or (await (await container.get(CreateBusiness)).execute(owner, name=name)).id
        existing[name] = business
        fresh |= await _connect(container, owner, business, account)
    if fresh:
        await _wait_for_scores(unit_of_work, list(existing.values()), say)


async def _owner(container: AsyncContainer, password: str) -> UUID:
    sign_up = await container.get(SignUp)
    try:
        user = (await sign_up.execute(email=SAMPLE_EMAIL, password=password, name="Sample Owner")).user
    except Conflict:
        async with (await container.get(UnitOfWorkFactory))() as work:
            known = await work.users.by_email(SAMPLE_EMAIL)
        assert known is not None
        user = known
    return user.id


async def _connect(container: AsyncContainer, owner: UUID, business: UUID, account: str) -> bool:
    """Go to the consent page and come back with a code, as a browser would; False when it is connected already."""
    caller = Caller(user_id=owner, business_id=business, role=Role.OWNER)
    redirect_uri = await container.get(PublicUrl) + CALLBACK
    try:
        departure = await (await container.get(StartConnect)).execute(caller, redirect_uri=redirect_uri)
    except Conflict:
        return False
    consent = f"{departure.url}&sandbox_account={account}&decision=approve"
    async with aiohttp.ClientSession() as session, session.get(consent, allow_redirects=False) as answer:
        if answer.status not in (302, 303):
            raise Unavailable(f"The sandbox refused to connect {account}.", dependency="stripe")
        query = parse_qs(urlsplit(answer.headers["Location"]).query)
    finish = await container.get(FinishConnect)
    await finish.execute(state=finish.read_state(query["state"][0]), code=query["code"][0])
    return True


async def _wait_for_scores(unit_of_work: UnitOfWorkFactory, businesses: list[UUID], say: Callable[[str], None]) -> None:
    """Until every import is complete and scored; a slow machine gets its dashboard after WAIT_SECONDS all the same."""
    said = -1
    for _ in range(WAIT_SECONDS * 4):
        percents, done = [], True
        async with unit_of_work() as work:
            for business in businesses:
                integration = await work.integrations.of_business(business)
                computation = await work.computations.get(business)
                assert integration is not None
                percents.append(progress(await work.windows.of(integration.id)).percent)
                scored = computation is not None and computation.recommendations_as_of is not None
                waiting = computation is None or computation.metrics_from or computation.readiness_from
                done &= integration.phase is ImportPhase.COMPLETE and scored and not waiting
        percent = int(sum(percents) / len(percents) / 25) * 25
        if percent != said:
            say(f"importing {len(businesses)} sample businesses: {percent} %")
            said = percent
        if done:
            return
        await asyncio.sleep(0.25)
