"""Who asks: three roles in one business with data, the owner of another, and nobody."""

import asyncio
import secrets
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx

from support.database import outside_the_loop
from support.demo import Demo, Owner

ROLES: Final = ("owner", "admin", "viewer", "stranger", "nobody")


class Cast:
    """Everybody who asks, and the bearer token that each has. Who deletes their account is replaced by somebody new."""

    def __init__(self, demo: Demo) -> None:
        """The owner is the demo's own, whose businesses hold data to read and to break."""
        self._database: str = demo.facts["database_url"]
        self._client = httpx.Client(base_url=f"{demo.url}/api/v1", timeout=30)
        owner = self._called("POST", "/auth/login", json=demo.facts["sample_sign_ins"][0])
        self._tokens = {"owner": str(owner["token"])}
        me = self._called("GET", "/auth/me", headers=self.headers("owner"))
        self.business = str(me["businesses"][0]["id"])
        for role in ("admin", "viewer", "stranger"):
            self._enter(role)

    def headers(self, role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._tokens[role]}"} if role in self._tokens else {}

    def renew_if_gone(self, role: str) -> bool:
        """Replace this person when their token is no longer good: they did away with their account, or signed out."""
        if role not in self._tokens:
            return False
        if self._client.get("/auth/me", headers=self.headers(role)).status_code != 401:
            return False
        self._enter(role)
        return True

    def _enter(self, role: str) -> None:
        """Somebody new in this role: in the first business, past all invitations, or in one of their own."""
        body = {"email": f"{role}-{secrets.token_hex(6)}@example.com", "password": Owner.PASSWORD, "name": role}
        outside_the_loop(lambda: asyncio.run(_execute(self._database, FORGET_TRIES)))
        signed_up = self._called("POST", "/auth/signup", json=body)
        self._tokens[role] = signed_up["token"]
        if role == "stranger":
            self._called("POST", "/users/businesses", json={"name": "Elsewhere"}, headers=self.headers(role))
            return
        member = UUID(signed_up["user"]["id"]), UUID(self.business), role
        outside_the_loop(lambda: asyncio.run(_execute(self._database, ADD_MEMBER, *member)))

    def _called(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        self._client.cookies.clear()  # each is another person's
        answer = self._client.request(method, path, **options)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return dict(answer.json())


# So many are replaced in a long campaign that they would have to wait for each other to sign up.
FORGET_TRIES: Final = "DELETE FROM rate_limits"
ADD_MEMBER: Final = """INSERT INTO user_business_memberships (user_id, business_id, role)
                       SELECT $1, id, $3 FROM businesses WHERE id = $2"""


async def _execute(url: str, statement: str, *values: object) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement, *values)
    finally:
        await connection.close()
