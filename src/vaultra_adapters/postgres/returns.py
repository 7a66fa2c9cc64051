import datetime as dt

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from vaultra_adapters.postgres.rows import Collection
from vaultra_adapters.postgres.tables import access_returns
from vaultra_core.ports.returns import AccessReturn

R = access_returns.c


class PostgresAccessReturns(Collection):
    async def add(self, external_id: str, now: dt.datetime) -> None:
        row = {"external_id": external_id, "due_at": now}
        await self._connection.execute(insert(access_returns).values(row).on_conflict_do_nothing())

    async def claim(self, now: dt.datetime, *, limit: int, seconds: int) -> list[AccessReturn]:
        due = (
            select(R.external_id)
            .where(R.due_at <= now)
            .order_by(R.due_at, R.external_id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        claimed = await self._connection.execute(
            update(access_returns)
            .where(R.external_id.in_(due.cte("due").select()))
            .values(due_at=now + dt.timedelta(seconds=seconds), attempts=R.attempts + 1)
            .returning(R.external_id, R.attempts)
        )
        return [AccessReturn(*row) for row in sorted(claimed)]

    async def put_off(self, external_id: str, until: dt.datetime, error: str) -> None:
        await self._connection.execute(
            update(access_returns).where(R.external_id == external_id).values(due_at=until, last_error=error[:500])
        )

    async def remove(self, external_id: str) -> None:
        await self._connection.execute(delete(access_returns).where(R.external_id == external_id))
