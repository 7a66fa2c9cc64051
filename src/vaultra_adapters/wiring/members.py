"""Members of a business, and invitations to become one."""

from dishka import Provider, Scope, provide_all

from vaultra_core.use_cases.accept_invitation import AcceptInvitation
from vaultra_core.use_cases.change_member import ChangeMember
from vaultra_core.use_cases.invite_member import InviteMember
from vaultra_core.use_cases.list_members import ListMembers
from vaultra_core.use_cases.revoke_invitation import RevokeInvitation


class Members(Provider):
    scope = Scope.APP

    use_cases = provide_all(AcceptInvitation, ChangeMember, InviteMember, ListMembers, RevokeInvitation)
