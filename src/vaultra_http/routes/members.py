"""Who belongs to a business: list, invite, change, remove, leave, accept."""

from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import inject
from litestar import Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from vaultra_core.identity import Caller, Role
from vaultra_core.use_cases.accept_invitation import AcceptInvitation
from vaultra_core.use_cases.change_member import ChangeMember
from vaultra_core.use_cases.invite_member import InviteMember
from vaultra_core.use_cases.list_members import ListMembers
from vaultra_core.use_cases.revoke_invitation import RevokeInvitation
from vaultra_http.authentication import AuthenticatedRequest, acting_as
from vaultra_http.member_schemas import (
    AcceptBody,
    InvitationsView,
    InvitationView,
    InviteBody,
    MembersView,
    MemberView,
    RoleBody,
)
from vaultra_http.responses import BUSINESS_READ, BUSINESS_WRITE, PERSONAL_WRITE, errors
from vaultra_http.schemas import MembershipView


@get(
    "/members",
    summary="Who belongs to a business",
    responses=BUSINESS_READ,
    dependencies=acting_as(Role.VIEWER),
)
@inject
async def list_members(
    caller: NamedDependency[Caller],
    use_case: FromDishka[ListMembers],
) -> MembersView:
    return MembersView([MemberView.of(member) for member in await use_case.execute(caller)])


@post(
    "/members",
    summary="Invite somebody by mail",
    responses=BUSINESS_WRITE,
    dependencies=acting_as(Role.OWNER),
)
@inject
async def invite(
    caller: NamedDependency[Caller],
    data: JSONBody[InviteBody],
    use_case: FromDishka[InviteMember],
) -> InvitationView:
    """For owners. The link in the mail is good once, for seven days, and only for the invited address."""
    return InvitationView.of(await use_case.execute(caller, email=data.email, role=data.role))


@patch(
    "/members/{member:uuid}",
    summary="Give a member another role",
    responses=BUSINESS_WRITE,
    dependencies=acting_as(Role.OWNER),
)
@inject
async def change_member(
    caller: NamedDependency[Caller],
    member: FromPath[UUID],
    data: JSONBody[RoleBody],
    use_case: FromDishka[ChangeMember],
) -> MemberView:
    """For owners. 409 when no owner would be left."""
    return MemberView.of(await use_case.execute(caller, member, data.role))


@delete(
    "/members/{member:uuid}",
    summary="Remove a member, or leave",
    responses=BUSINESS_READ | errors(409),
    dependencies=acting_as(Role.VIEWER),
)
@inject
async def remove_member(
    caller: NamedDependency[Caller],
    member: FromPath[UUID],
    use_case: FromDishka[ChangeMember],
) -> None:
    """Owners remove anybody, everybody may leave; 409 when no owner would be left."""
    await use_case.remove(caller, member)


@get(
    "/invitations",
    summary="Invitations that wait for an answer",
    responses=BUSINESS_READ,
    dependencies=acting_as(Role.OWNER),
)
@inject
async def list_invitations(
    caller: NamedDependency[Caller],
    use_case: FromDishka[ListMembers],
) -> InvitationsView:
    return InvitationsView([InvitationView.of(one) for one in await use_case.invitations(caller)])


@delete(
    "/invitations/{invitation:uuid}",
    summary="Take an invitation back",
    responses=BUSINESS_READ,
    dependencies=acting_as(Role.OWNER),
)
@inject
async def revoke_invitation(
    caller: NamedDependency[Caller],
    invitation: FromPath[UUID],
    use_case: FromDishka[RevokeInvitation],
) -> None:
    await use_case.execute(caller, invitation)


@post("/invitations/accept", status_code=200, summary="Accept an invitation", responses=PERSONAL_WRITE | errors(404))
@inject
async def accept(
    request: AuthenticatedRequest, data: JSONBody[AcceptBody], use_case: FromDishka[AcceptInvitation]
) -> MembershipView:
    joined = await use_case.execute(request.user, data.token)
    return MembershipView(joined.id, joined.name, joined.role)


of_business = Router(
    "/users/businesses/{business:uuid}",
    route_handlers=[list_members, invite, change_member, remove_member, list_invitations, revoke_invitation],
)
router = Router("/", route_handlers=[of_business, accept], tags=["members"])
