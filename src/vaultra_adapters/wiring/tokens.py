"""Personal tokens, which MCP stands on."""

from dishka import Provider, Scope, provide_all

from vaultra_core.use_cases.authenticate_token import AuthenticateToken
from vaultra_core.use_cases.create_token import CreateToken
from vaultra_core.use_cases.list_tokens import ListTokens
from vaultra_core.use_cases.revoke_token import RevokeToken


class Tokens(Provider):
    scope = Scope.APP

    use_cases = provide_all(AuthenticateToken, CreateToken, ListTokens, RevokeToken)
