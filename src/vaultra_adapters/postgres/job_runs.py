import datetime as dt

from sqlalchemy.dialects.postgresql import insert

from vaultra_adapters.postgres.rows import Collection
from vaultra_adapters.postgres.tables import job_runs


class PostgresJobRuns(Collection):
    async def claim_slot(self, job: str, slot: dt.datetime) -> bool:
        claimed = await self._connection.execute(insert(job_runs).values(job=job, slot=slot).on_conflict_do_nothing())
        return claimed.rowcount == 1
