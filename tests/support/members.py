"""Members of a business, put there by hand: what an accepted invitation leaves behind."""

import asyncio

import asyncpg

from support.database import outside_the_loop
from support.demo import Demo


def make_member(demo: Demo, email: str, business: str, role: str) -> None:
    outside_the_loop(lambda: asyncio.run(_make_member(demo.facts["database_url"], email, business, role)))


async def _make_member(url: str, email: str, business: str, role: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        added = await connection.execute(
            """INSERT INTO user_business_memberships (business_id, user_id, role)
               SELECT $1::text::uuid, id, $3 FROM users WHERE email = $2""",
            business,
            email,
            role,
        )
        assert added == "INSERT 0 1"
    finally:
        await connection.close()
