"""Who asks: three roles in one business with data, the owner of another, and nobody."""

import asyncio
import secrets
from typing import Final

import asyncpg

from support.database import outside_the_loop
from support.demo import Demo, Owner

ROLES: Final = ("owner", "admin", "viewer", "stranger", "nobody")


class Cast:
    """Everybody who asks, and the bearer token that each has. Who deletes their account is replaced by somebody new."""

    def __init__(self, demo: Demo) -> None:
        """The owner is the demo's own, whose businesses hold data to read and to break."""
        self._demo = demo
        self.renewed = 0
        owner = Owner(demo)
        owner.log_in(**demo.facts["sample_sign_ins"][0])
        self._people = {"owner": owner}
        self.business = str(owner.call("GET", "/auth/me")["businesses"][0]["id"])
        for role in ("admin", "viewer", "stranger"):
            self._enter(role)

    def headers(self, role: str) -> dict[str, str]:
        person = self._people.get(role)
        return {"Authorization": f"Bearer {person.token}"} if person else {}

    def refused(self, role: str) -> None:
        """This person's token is no longer good: they did away with their account or their sessions."""
        if role not in self._people or self._people[role].ask("GET", "/auth/me").status_code != 401:
            return
        self.renewed += 1
        self._enter(role)

    def _enter(self, role: str) -> None:
        """Somebody new in this role: in the first business, past all invitations, or in one of their own."""
        self._people[role] = person = self._demo.signed_up(f"{role}-{secrets.token_hex(6)}@example.com", role.title())
        if role == "stranger":
            person.business()
            return
        user, url = person.call("GET", "/auth/me")["id"], self._demo.facts["database_url"]
        outside_the_loop(lambda: asyncio.run(_add_member(url, user, self.business, role)))


async def _add_member(url: str, user: str, business: str, role: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            """INSERT INTO user_business_memberships (user_id, business_id, role)
               SELECT $1::text::uuid, id, $3 FROM businesses WHERE id = $2::text::uuid""",
            user, business, role,
        )  # fmt: skip
    finally:
        await connection.close()
