import asyncio
from typing import Any
from uuid import UUID

from vaultra_core.domain.members import INVITATION_LIFE, Member, PendingInvitation, hash_of
from vaultra_core.errors import Conflict
from vaultra_core.identity import Role, new_id
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.testing.contracts.samples import NOW, SECOND, a_user, given_business, refused, waits


async def given_member(uow: UnitOfWorkFactory, business_id: UUID, role: Role, **fields: Any) -> Member:
    """Somebody who is stored, as a member of this business."""
    user = a_user(**fields)
    async with uow() as work:
        await work.users.add(user)
        await work.businesses.add_member(business_id, user.id, role)
        await work.commit()
    return Member(user_id=user.id, name=user.name, email=user.email, avatar_url=user.avatar_url, role=role)


def an_invitation(business_id: UUID, **fields: Any) -> PendingInvitation:
    known = {"id": new_id(), "business_id": business_id, "email": "Bo@example.com", "role": Role.ADMIN}
    moments = {"created_at": NOW, "expires_at": NOW + INVITATION_LIFE}
    return PendingInvitation(**{**known, **moments, "token_hash": hash_of(str(new_id())), **fields})


class MembersContract:
    async def test_owners_come_first_then_names(self, uow: UnitOfWorkFactory) -> None:
        business, other = await given_business(uow), await given_business(uow)
        viewer = await given_member(uow, business.id, Role.VIEWER, name="Ada")
        second = await given_member(uow, business.id, Role.OWNER, name="Zoe")
        first = await given_member(uow, business.id, Role.OWNER, name="Bo", avatar_url="https://example.com/bo.png")
        await given_member(uow, other.id, Role.OWNER)
        async with uow() as work:
            assert await work.members.of_business(business.id) == [first, second, viewer]
            assert await work.members.of_business(new_id()) == []

    async def test_a_role_is_changed_and_a_member_removed_in_one_business_only(self, uow: UnitOfWorkFactory) -> None:
        business, other = await given_business(uow), await given_business(uow)
        member = await given_member(uow, business.id, Role.VIEWER)
        async with uow() as work:
            await work.businesses.add_member(other.id, member.user_id, Role.VIEWER)
            await work.members.change(business.id, member.user_id, Role.ADMIN)
            assert await work.members.hold(business.id) == {member.user_id: Role.ADMIN}
            assert await work.members.hold(other.id) == {member.user_id: Role.VIEWER}
            await work.members.remove(business.id, member.user_id)
            assert await work.members.hold(business.id) == {}
            assert await work.members.hold(other.id) == {member.user_id: Role.VIEWER}

    async def test_who_decides_on_members_does_so_alone(self, uow: UnitOfWorkFactory) -> None:
        business = await given_business(uow)
        member = await given_member(uow, business.id, Role.OWNER)
        async with uow() as one, uow() as other:
            await one.members.hold(business.id)
            second = asyncio.create_task(other.members.hold(business.id))
            assert await waits(second)
            await one.members.change(business.id, member.user_id, Role.VIEWER)
            await one.commit()
            assert await second == {member.user_id: Role.VIEWER}


class InvitationsContract:
    async def test_those_that_wait_are_listed_newest_first(self, uow: UnitOfWorkFactory) -> None:
        business = await given_business(uow)
        first = an_invitation(business.id, email="a@example.com")
        second = an_invitation(business.id, email="b@example.com", created_at=NOW + SECOND)
        old = an_invitation(business.id, email="c@example.com", expires_at=NOW)
        async with uow() as work:
            for invitation in (first, second, old):
                await work.invitations.add(invitation)
            assert await work.invitations.of_business(business.id, NOW) == [second, first]

    async def test_a_second_one_to_an_address_takes_the_place_of_the_first(self, uow: UnitOfWorkFactory) -> None:
        business, other = await given_business(uow), await given_business(uow)
        first, second = an_invitation(business.id), an_invitation(business.id, email="bo@EXAMPLE.com")
        elsewhere = an_invitation(other.id)
        async with uow() as work:
            for invitation in (first, elsewhere, second):
                await work.invitations.add(invitation)
            assert await work.invitations.of_business(business.id, NOW) == [second]
            assert await work.invitations.of_business(other.id, NOW) == [elsewhere]

    async def test_it_is_taken_once_in_time_and_by_its_address(self, uow: UnitOfWorkFactory) -> None:
        business = await given_business(uow)
        invitation = an_invitation(business.id)
        async with uow() as work:
            await work.invitations.add(invitation)
            assert await work.invitations.take(hash_of("another"), "bo@example.com", NOW) is None
            assert await work.invitations.take(invitation.token_hash, "eve@example.com", NOW) is None
            assert await work.invitations.take(invitation.token_hash, "bo@example.com", NOW + INVITATION_LIFE) is None
            assert await work.invitations.take(invitation.token_hash, "bo@example.com", NOW) == invitation
            assert await work.invitations.take(invitation.token_hash, "bo@example.com", NOW) is None

    async def test_only_its_own_business_removes_it(self, uow: UnitOfWorkFactory) -> None:
        business, other = await given_business(uow), await given_business(uow)
        invitation = an_invitation(business.id)
        async with uow() as work:
            await work.invitations.add(invitation)
            assert not await work.invitations.remove(other.id, invitation.id)
            assert await work.invitations.remove(business.id, invitation.id)
            assert not await work.invitations.remove(business.id, invitation.id)
            await refused(Conflict, work.invitations.add(an_invitation(new_id())))
