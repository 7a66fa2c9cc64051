"""The sandbox's world: its sample businesses in the store, and their clocks."""

import time
from typing import Final

import msgspec

from vaultra_sandbox import shapes
from vaultra_sandbox.ids import mint
from vaultra_sandbox.journal import Journal
from vaultra_sandbox.listing import EVENTS_KEPT
from vaultra_sandbox.profiles import Profile
from vaultra_sandbox.samples import SAMPLES
from vaultra_sandbox.simulation import DAY, Simulation, State
from vaultra_sandbox.store import Account, Store

SEED: Final = "vaultra"
PLATFORM_NAME: Final = ""  # the platform's own account has no name to choose it by


def seed_samples(store: Store, *, seed: str = SEED) -> None:
    """Make the sample businesses that the store does not have yet, with their history up to the store's beginning."""
    anchor = int(store.meta("anchor") or time.time())
    with store.writing():
        if store.account(name=PLATFORM_NAME) is None:
            store.add_account(PLATFORM_NAME, "", _platform(anchor))
        for profile in SAMPLES.values():
            if store.account(name=profile.name) is None:
                _found(store, profile, seed, anchor)


def tick(store: Store, *, seconds: int = 0, name: str | None = None) -> int:
    """`advance` every sample business, or the one with that name; return how many events that made."""
    made = 0
    for account in store.accounts():
        if name in (None, account.name):
            made += advance(store, account, seconds=seconds)
    return made


def advance(store: Store, account: Account, *, seconds: int = 0, now: int | None = None) -> int:
    """Bring a sample business up to now, and then `seconds` further; what that adds is stamped now.

    Return the number of events. Accounts without a simulation (loaded files) stay as they are.
    """
    data = store.state(account)
    if data is None:
        return 0
    now = int(time.time()) if now is None else now
    state = msgspec.json.decode(data, type=State)
    if not seconds and not (state.agenda and state.agenda[0][0] <= now + state.ahead):
        return 0  # nothing to write: a live sandbox looks every few seconds
    with store.writing():
        account = store.account(id=account.id) or account  # whether it is authorised may have changed
        state = msgspec.json.decode(store.state(account) or data, type=State)
        return _run(store, account, state, now=now, seconds=seconds)


def forget_old_events(store: Store) -> None:
    """Events are kept for 30 days, delivered or not."""
    oldest = int(time.time()) - EVENTS_KEPT
    with store.writing():
        for account in store.accounts():
            old = "FROM objects WHERE account = ? AND kind = 'event' AND created < ?"
            store.db.execute(f"DELETE FROM deliveries WHERE event IN (SELECT seq {old})", (account.number, oldest))  # noqa: S608
            store.db.execute(f"DELETE {old}", (account.number, oldest))


def _found(store: Store, profile: Profile, seed: str, anchor: int) -> None:
    start = anchor - profile.days * DAY
    body = shapes.account(
        id=mint("acct", seed, profile.name),
        created=start - 3 * DAY,
        name=profile.title,
        country=profile.country,
        currency=profile.currency,
        timezone=profile.timezone,
        mcc=profile.mcc,
        product=profile.product,
        schedule=profile.schedule,
    )
    state = State(seed=f"{seed}:{profile.name}", anchor=anchor, clock=start)
    account = store.add_account(profile.name, profile.line, body, state=msgspec.json.encode(state))
    if profile.days:
        opening = Simulation(profile, account.id, state, Journal(store, account, now=anchor), now=anchor)
        opening.time = start
        opening.plan(opening.local_midnight(1), "day")
        if profile.whale:
            opening.plan(start + 30 * DAY, "subscribe", whale=True)
        for _ in range(profile.founders):
            opening.plan(start + opening.chance.randrange(30 * DAY), "subscribe")
    _run(store, account, state, now=anchor, seconds=0)


def _run(store: Store, account: Account, state: State, *, now: int, seconds: int) -> int:
    journal = Journal(store, account, now=now)
    simulation = Simulation(SAMPLES[account.name], account.id, state, journal, now=now)
    simulation.run(now + state.ahead)
    if seconds:
        simulation.run(now + state.ahead + seconds)
        state.ahead += seconds
    journal.write()
    store.set_state(account, msgspec.json.encode(state))
    return journal.events


def _platform(created: int) -> dict[str, object]:
    return shapes.account(
        id=mint("acct", "platform"),
        created=created,
        name="Sandbox platform",
        country="US",
        currency="usd",
        timezone="Etc/UTC",
    )
