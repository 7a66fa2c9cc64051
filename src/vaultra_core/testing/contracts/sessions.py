import asyncio
import datetime as dt
from typing import Any
from uuid import UUID

from vaultra_core.domain.accounts import User
from vaultra_core.domain.rate_limits import Limit, Tries, tries
from vaultra_core.domain.sessions import LinkPurpose, Session, fingerprint
from vaultra_core.errors import Conflict
from vaultra_core.identity import Role, new_id
from vaultra_core.ports.sessions import Gate
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.testing.contracts.samples import (
    DAY,
    NOW,
    SECOND,
    a_business,
    a_user,
    changed,
    refused,
    waits,
)

RESET, VERIFY = LinkPurpose.RESET_PASSWORD, LinkPurpose.VERIFY_EMAIL


def a_session(user_id: UUID, **fields: Any) -> Session:
    session_id = new_id()
    known = {"id": session_id, "user_id": user_id, "token_hash": fingerprint(str(session_id)), "rotated_at": NOW}
    return Session(**{**known, "created_at": NOW, "expires_at": NOW + DAY, **fields})


async def given_user(uow: UnitOfWorkFactory, *sessions: dict[str, Any]) -> tuple[User, list[Session]]:
    """A person that is stored, with a session for each of these."""
    user = a_user()
    stored = [a_session(user.id, **fields) for fields in sessions]
    async with uow() as work:
        await work.users.add(user)
        for session in stored:
            await work.sessions.add(session)
        await work.commit()
    return user, stored


class SessionsContract:
    async def test_a_session_comes_back_as_stored_and_changed(self, uow: UnitOfWorkFactory) -> None:
        _, [session] = await given_user(uow, {})
        rotated = changed(session, token_hash=b"new", previous_hash=session.token_hash, rotated_at=NOW + SECOND)
        async with uow() as work:
            assert await work.sessions.lock(session.id) == session
            await work.sessions.save(rotated)
            await work.commit()
        async with uow() as work:
            assert await work.sessions.lock(session.id) == rotated
            assert await work.sessions.lock(new_id()) is None
            await refused(Conflict, work.sessions.add(a_session(new_id())))

    async def test_a_locked_session_waits_for_whoever_holds_it(self, uow: UnitOfWorkFactory) -> None:
        _, [session] = await given_user(uow, {})

        async def second() -> Session | None:
            async with uow() as work:
                return await work.sessions.lock(session.id)

        async with uow() as first:
            await first.sessions.lock(session.id)
            waiting = asyncio.create_task(second())
            assert await waits(waiting)
            await first.sessions.save(changed(session, token_hash=b"rotated"))
            await first.commit()
        seen = await waiting
        assert seen is not None and seen.token_hash == b"rotated"

    async def test_one_is_ended_by_its_owner_alone_and_all_but_one_at_once(self, uow: UnitOfWorkFactory) -> None:
        ada, [first, second, third] = await given_user(uow, {}, {"rotated_at": NOW + SECOND}, {"expires_at": NOW})
        bob, [other] = await given_user(uow, {})
        async with uow() as work:
            assert await work.sessions.of_user(ada.id, NOW) == [second, first]
            assert not await work.sessions.remove(bob.id, first.id)
            assert await work.sessions.remove_all(ada.id, but=second.id) == 2
            assert await work.sessions.of_user(ada.id, NOW) == [second]
            assert await work.sessions.remove(ada.id, second.id)
            assert not await work.sessions.remove(ada.id, second.id)
            assert await work.sessions.of_user(bob.id, NOW) == [other]
            assert await work.sessions.lock(third.id) is None

    async def test_what_has_expired_is_forgotten(self, uow: UnitOfWorkFactory) -> None:
        _, [kept, _] = await given_user(uow, {}, {"expires_at": NOW})
        async with uow() as work:
            assert await work.sessions.forget_expired(NOW) == 1
            assert await work.sessions.lock(kept.id) == kept


class GateContract:
    async def test_a_session_is_open_for_its_owner_until_it_expires(self, uow: UnitOfWorkFactory, gate: Gate) -> None:
        ada, [session] = await given_user(uow, {})
        bob, _ = await given_user(uow)
        assert await gate.roles(ada.id, session.id, NOW + DAY - SECOND) == {}
        assert await gate.roles(ada.id, session.id, NOW + DAY) is None
        assert await gate.roles(bob.id, session.id, NOW) is None
        assert await gate.roles(ada.id, new_id(), NOW) is None

    async def test_it_tells_every_role_of_its_owner_and_nobody_elses(self, uow: UnitOfWorkFactory, gate: Gate) -> None:
        ada, [session] = await given_user(uow, {})
        bob, [his] = await given_user(uow, {})
        mine, ours = a_business(), a_business()
        async with uow() as work:
            for business in (mine, ours):
                await work.businesses.add(business)
            await work.businesses.add_member(mine.id, ada.id, Role.OWNER)
            await work.businesses.add_member(ours.id, ada.id, Role.VIEWER)
            await work.businesses.add_member(ours.id, bob.id, Role.ADMIN)
            await work.commit()
        assert await gate.roles(ada.id, session.id, NOW) == {mine.id: Role.OWNER, ours.id: Role.VIEWER}
        assert await gate.roles(bob.id, his.id, NOW) == {ours.id: Role.ADMIN}
        assert await gate.roles(ada.id, his.id, NOW) is None

    async def test_what_was_ended_or_taken_away_is_gone_at_once(self, uow: UnitOfWorkFactory, gate: Gate) -> None:
        ada, [first, second] = await given_user(uow, {}, {})
        business = a_business()
        async with uow() as work:
            await work.businesses.add(business)
            await work.businesses.add_member(business.id, ada.id, Role.OWNER)
            await work.commit()
        assert await gate.roles(ada.id, first.id, NOW) == {business.id: Role.OWNER}
        async with uow() as work:
            await work.members.remove(business.id, ada.id)
            await work.sessions.remove(ada.id, second.id)
            await work.commit()
        assert await gate.roles(ada.id, first.id, NOW) == {}
        assert await gate.roles(ada.id, second.id, NOW) is None


class LinksContract:
    async def test_a_link_is_good_once_for_its_purpose_and_its_time(self, uow: UnitOfWorkFactory) -> None:
        ada, _ = await given_user(uow)
        async with uow() as work:
            await work.links.put(ada.id, RESET, b"reset", NOW + DAY)
            await work.links.put(ada.id, VERIFY, b"verify", NOW + DAY)
            await work.commit()
        async with uow() as work:
            assert await work.links.find(RESET, b"reset", NOW) == ada.id
            for purpose, token, at in ((VERIFY, b"reset", NOW), (RESET, b"other", NOW), (RESET, b"reset", NOW + DAY)):
                assert await work.links.find(purpose, token, at) is None
                assert await work.links.take(purpose, token, at) is None
            assert await work.links.take(RESET, b"reset", NOW) == ada.id
            assert await work.links.take(RESET, b"reset", NOW) is None
            assert await work.links.find(VERIFY, b"verify", NOW) == ada.id

    async def test_a_new_link_takes_the_place_of_the_older(self, uow: UnitOfWorkFactory) -> None:
        ada, _ = await given_user(uow)
        async with uow() as work:
            await work.links.put(ada.id, RESET, b"older", NOW + DAY)
            await work.links.put(ada.id, RESET, b"newer", NOW + DAY)
            assert await work.links.find(RESET, b"older", NOW) is None
            assert await work.links.find(RESET, b"newer", NOW) == ada.id
            await refused(Conflict, work.links.put(new_id(), RESET, b"nobody's", NOW + DAY))

    async def test_of_two_who_take_it_at_once_one_gets_it(self, uow: UnitOfWorkFactory) -> None:
        ada, _ = await given_user(uow)
        async with uow() as work:
            await work.links.put(ada.id, RESET, b"reset", NOW + DAY)
            await work.commit()

        async def take() -> UUID | None:
            async with uow() as work:
                found = await work.links.take(RESET, b"reset", NOW)
                await work.commit()
                return found

        assert sorted(map(str, await asyncio.gather(take(), take()))) == sorted([str(ada.id), "None"])


class RateLimitsContract:
    LIMIT = Limit("guesses", 3, 60)

    async def _take(self, uow: UnitOfWorkFactory, whose: Tries, now: dt.datetime) -> int | None:
        async with uow() as work:
            wait = await work.rate_limits.take(whose, now)
            await work.commit()
        return wait

    async def test_a_burst_then_one_at_a_time(self, uow: UnitOfWorkFactory) -> None:
        mine, theirs = tries(self.LIMIT, "me"), tries(self.LIMIT, "them")
        assert [await self._take(uow, mine, NOW) for _ in range(5)] == [None, None, None, 60, 60]
        assert await self._take(uow, theirs, NOW) is None
        assert await self._take(uow, mine, NOW + 45 * SECOND) == 15
        assert [await self._take(uow, mine, NOW + 60 * SECOND) for _ in range(2)] == [None, 60]
        assert [await self._take(uow, mine, NOW + DAY) for _ in range(4)] == [None, None, None, 60]

    async def test_what_turned_out_well_does_not_count(self, uow: UnitOfWorkFactory) -> None:
        mine = tries(self.LIMIT, "me")
        for _ in range(10):
            assert await self._take(uow, mine, NOW) is None
            async with uow() as work:
                await work.rate_limits.give_back([mine])
                await work.commit()

    async def test_tries_at_once_are_all_counted(self, uow: UnitOfWorkFactory) -> None:
        mine = tries(self.LIMIT, "me")
        waits_ = await asyncio.gather(*(self._take(uow, mine, NOW) for _ in range(8)))
        assert waits_.count(None) == 3

    async def test_what_is_back_at_its_start_is_forgotten(self, uow: UnitOfWorkFactory) -> None:
        await self._take(uow, tries(self.LIMIT, "me"), NOW)
        await self._take(uow, tries(self.LIMIT, "them"), NOW + 30 * SECOND)
        async with uow() as work:
            assert await work.rate_limits.forget_full(NOW + 60 * SECOND) == 1
