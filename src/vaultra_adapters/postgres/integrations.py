import datetime as dt
from collections.abc import Collection as AnyOf
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_, select, true, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import insert

from vaultra_adapters.postgres.rows import Collection, among, array_values, arrays_of, columns_for, to_row, to_struct
from vaultra_adapters.postgres.tables import computations, import_windows, integration_accounts, used_connect_states
from vaultra_core.domain.accounts import ImportWindow, Integration, IntegrationStatus
from vaultra_core.ports.storage import SealedToken

PROVIDER = "stripe"
A = integration_accounts.c
COLUMNS = columns_for(integration_accounts, Integration)
W = import_windows.c
WINDOW_COLUMNS = columns_for(import_windows, ImportWindow)


class PostgresIntegrations(Collection):
    async def add(self, integration: Integration) -> None:
        row = {**to_row(integration), "provider": PROVIDER}
        await self._connection.execute(plain_insert(integration_accounts).values(row))
        # What is due is looked for among the computations, so whoever is connected needs one.
        computation = insert(computations).values(business_id=integration.business_id)
        await self._connection.execute(computation.on_conflict_do_nothing())

    async def of_business(self, business_id: UUID) -> Integration | None:
        found = await self._connection.execute(select(*COLUMNS).where(A.business_id == business_id))
        row = found.one_or_none()
        return to_struct(Integration, row) if row else None

    async def by_account(self, external_ids: AnyOf[str]) -> dict[str, Integration]:
        found = await self._connection.execute(
            select(*COLUMNS).where(A.provider == PROVIDER, among(A.external_id, external_ids))
        )
        return {row.external_id: to_struct(Integration, row) for row in found}

    async def businesses(self) -> list[UUID]:
        return list(await self._connection.scalars(select(A.business_id).order_by(A.business_id)))

    async def save(self, integration: Integration) -> None:
        await self._connection.execute(
            update(integration_accounts).where(A.id == integration.id).values(to_row(integration))
        )

    async def remove(self, business_id: UUID) -> None:
        await self._connection.execute(delete(integration_accounts).where(A.business_id == business_id))

    async def lease_due(self, now: dt.datetime, *, seconds: int) -> tuple[Integration, int] | None:
        due = (
            select(A.id)
            .where(A.next_sync_at <= now, A.status != IntegrationStatus.REVOKED, _free(now))
            .order_by(A.next_sync_at, A.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        return await self._lease(A.id == due.scalar_subquery(), now, seconds)

    async def lease(self, business_id: UUID, now: dt.datetime, *, seconds: int) -> tuple[Integration, int] | None:
        return await self._lease(A.business_id == business_id, now, seconds)

    async def _lease(
        self, which: ColumnElement[bool], now: dt.datetime, seconds: int
    ) -> tuple[Integration, int] | None:
        taken = await self._connection.execute(
            update(integration_accounts)
            .where(which, _free(now))
            .values(leased_until=now + dt.timedelta(seconds=seconds), lease_token=A.lease_token + 1)
            .returning(*COLUMNS, A.lease_token)
        )
        row = taken.one_or_none()
        return (to_struct(Integration, row), row.lease_token) if row else None

    async def hold(self, integration_id: UUID, token: int, now: dt.datetime, *, seconds: int) -> bool:
        held = await self._connection.execute(
            update(integration_accounts)
            .where(A.id == integration_id, A.lease_token == token, A.leased_until.is_not(None))
            .values(leased_until=now + dt.timedelta(seconds=seconds))
        )
        return held.rowcount == 1

    async def release(self, integration_id: UUID, token: int) -> None:
        await self._connection.execute(
            update(integration_accounts).where(A.id == integration_id, A.lease_token == token).values(leased_until=None)
        )

    async def break_leases(self) -> int:
        broken = await self._connection.execute(
            update(integration_accounts).where(A.leased_until.is_not(None)).values(leased_until=None)
        )
        return broken.rowcount

    async def put_token(self, integration_id: UUID, sealed: bytes | None) -> None:
        await self._connection.execute(
            update(integration_accounts).where(A.id == integration_id).values(access_token_encrypted=sealed)
        )

    async def tokens(self, *, after: UUID | None, limit: int) -> list[SealedToken]:
        found = await self._connection.execute(
            select(A.id, A.business_id, A.access_token_encrypted)
            .where(A.access_token_encrypted.is_not(None), A.id > after if after else true())
            .order_by(A.id)
            .limit(limit)
        )
        return [SealedToken(*row) for row in found]

    async def swap_token(self, before: SealedToken, sealed: bytes) -> bool:
        swapped = await self._connection.execute(
            update(integration_accounts)
            .where(A.id == before.integration_id, A.access_token_encrypted == before.sealed)
            .values(access_token_encrypted=sealed)
        )
        return swapped.rowcount == 1

    async def consume_state(self, nonce: str, expires_at: dt.datetime) -> bool:
        used = used_connect_states
        # A state is refused for its age long before its nonce is forgotten here.
        await self._connection.execute(delete(used).where(used.c.expires_at < expires_at - dt.timedelta(days=1)))
        first = await self._connection.execute(
            insert(used).values(nonce=nonce, expires_at=expires_at).on_conflict_do_nothing()
        )
        return first.rowcount == 1


def _free(now: dt.datetime) -> ColumnElement[bool]:
    return or_(A.leased_until.is_(None), A.leased_until < now)


class PostgresImportWindows(Collection):
    async def add(self, windows: Sequence[ImportWindow]) -> None:
        new = arrays_of("new", WINDOW_COLUMNS)
        rows = select(A.business_id, *new.c).join_from(new, integration_accounts, A.id == new.c.integration_id)
        await self._connection.execute(
            insert(import_windows)
            .from_select(["business_id", *(c.name for c in WINDOW_COLUMNS)], rows)
            .on_conflict_do_nothing(),
            array_values("new", WINDOW_COLUMNS, [to_row(window) for window in windows]),
        )

    async def of(self, integration_id: UUID) -> list[ImportWindow]:
        found = await self._connection.execute(
            select(*WINDOW_COLUMNS).where(W.integration_id == integration_id).order_by(W.kind, W.starts_at)
        )
        return [to_struct(ImportWindow, row) for row in found]

    async def save(self, window: ImportWindow) -> None:
        await self._connection.execute(
            update(import_windows)
            .where(W.integration_id == window.integration_id, W.kind == window.kind, W.starts_at == window.starts_at)
            .values(to_row(window))
        )
