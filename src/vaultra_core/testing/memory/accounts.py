import datetime as dt
from collections.abc import Collection, Sequence
from uuid import UUID

import msgspec

from vaultra_core.domain.accounts import Business, ImportWindow, Integration, IntegrationStatus, MemberOf, User
from vaultra_core.errors import Conflict
from vaultra_core.identity import Role
from vaultra_core.ports.storage import SealedToken
from vaultra_core.testing.memory.transaction import MemoryCollection


class MemoryUsers(MemoryCollection):
    async def add(self, user: User) -> None:
        await self._transaction.hold("email", user.email.lower())
        if await self.by_email(user.email) or user.id in self._rows("users"):
            raise Conflict("This e-mail address is taken.")
        self._rows("users")[user.id] = user

    async def get(self, user_id: UUID) -> User | None:
        return self._rows("users").get(user_id)

    async def by_email(self, email: str) -> User | None:
        return next((user for user in self._rows("users").values() if user.email.lower() == email.lower()), None)

    async def by_google(self, issuer: str, subject: str) -> User | None:
        known = self._rows("users").values()
        return next((user for user in known if (user.google_issuer, user.google_subject) == (issuer, subject)), None)

    async def save(self, user: User) -> None:
        other = await self.by_email(user.email)
        if other is not None and other.id != user.id:
            raise Conflict("This e-mail address is taken.")
        if user.id in self._rows("users"):
            self._rows("users")[user.id] = user


class MemoryBusinesses(MemoryCollection):
    async def add(self, business: Business) -> None:
        if business.id in self._rows("businesses"):
            raise Conflict("This business exists already.")
        self._rows("businesses")[business.id] = business

    async def get(self, business_id: UUID) -> Business | None:
        return self._rows("businesses").get(business_id)

    async def save(self, business: Business) -> None:
        if business.id in self._rows("businesses"):
            self._rows("businesses")[business.id] = business

    async def add_member(self, business_id: UUID, user_id: UUID, role: Role) -> None:
        if (user_id, business_id) in self._rows("memberships"):
            raise Conflict("This person is a member already.")
        if business_id not in self._rows("businesses") or user_id not in self._rows("users"):
            raise Conflict("No such business or person.")
        self._rows("memberships")[user_id, business_id] = role

    async def role_of(self, user_id: UUID, business_id: UUID) -> Role | None:
        return self._rows("memberships").get((user_id, business_id))

    async def of_user(self, user_id: UUID) -> list[MemberOf]:
        businesses = self._rows("businesses")
        return [
            MemberOf(business, businesses[business].name, role)
            for (user, business), role in self._rows("memberships").items()
            if user == user_id
        ]


class Leased(msgspec.Struct, frozen=True):
    """An integration with its lease."""

    integration: Integration
    until: dt.datetime | None = None
    token: int = 0
    sealed: bytes | None = None  # the OAuth token


class MemoryIntegrations(MemoryCollection):
    async def add(self, integration: Integration) -> None:
        await self._transaction.hold("integration", integration.external_id)
        for known in self._all():
            if known.business_id == integration.business_id or known.external_id == integration.external_id:
                raise Conflict("The business or the account is connected already.")
        if integration.business_id not in self._rows("businesses"):
            raise Conflict("No such business.")
        self._rows("integrations")[integration.id] = Leased(integration)

    async def of_business(self, business_id: UUID) -> Integration | None:
        return next((known for known in self._all() if known.business_id == business_id), None)

    async def by_account(self, external_ids: Collection[str]) -> dict[str, Integration]:
        return {known.external_id: known for known in self._all() if known.external_id in external_ids}

    async def businesses(self) -> list[UUID]:
        return sorted(known.business_id for known in self._all())

    async def save(self, integration: Integration) -> None:
        await self._transaction.hold("lease", integration.id)
        rows = self._rows("integrations")
        if integration.id in rows:
            rows[integration.id] = msgspec.structs.replace(rows[integration.id], integration=integration)

    async def remove(self, business_id: UUID) -> None:
        for known in self._all():
            if known.business_id == business_id:
                await self._transaction.hold("lease", known.id)
                del self._rows("integrations")[known.id]
                windows = self._rows("windows")
                for key in [key for key in windows if key[0] == known.id]:
                    del windows[key]

    async def lease_due(self, now: dt.datetime, *, seconds: int) -> tuple[Integration, int] | None:
        def due(known: Integration) -> bool:
            in_time = known.next_sync_at is not None and known.next_sync_at <= now
            return in_time and known.status is not IntegrationStatus.REVOKED

        overdue = sorted(filter(due, self._all()), key=lambda known: (known.next_sync_at, known.id))
        for known in overdue:
            if self._transaction.try_hold("lease", known.id) and (taken := self._take(known.id, now, seconds)):
                return taken
        return None

    async def lease(self, business_id: UUID, now: dt.datetime, *, seconds: int) -> tuple[Integration, int] | None:
        known = await self.of_business(business_id)
        if known is None:
            return None
        await self._transaction.hold("lease", known.id)
        return self._take(known.id, now, seconds)

    def _take(self, integration_id: UUID, now: dt.datetime, seconds: int) -> tuple[Integration, int] | None:
        row: Leased | None = self._rows("integrations").get(integration_id)
        if row is None or (row.until is not None and row.until >= now):
            return None
        taken = msgspec.structs.replace(row, until=now + dt.timedelta(seconds=seconds), token=row.token + 1)
        self._rows("integrations")[integration_id] = taken
        return taken.integration, taken.token

    async def hold(self, integration_id: UUID, token: int, now: dt.datetime, *, seconds: int) -> bool:
        await self._transaction.hold("lease", integration_id)
        row: Leased | None = self._rows("integrations").get(integration_id)
        if row is None or row.token != token or row.until is None:
            return False
        until = now + dt.timedelta(seconds=seconds)
        self._rows("integrations")[integration_id] = msgspec.structs.replace(row, until=until)
        return True

    async def release(self, integration_id: UUID, token: int) -> None:
        await self._transaction.hold("lease", integration_id)
        row: Leased | None = self._rows("integrations").get(integration_id)
        if row is not None and row.token == token:
            self._rows("integrations")[integration_id] = msgspec.structs.replace(row, until=None)

    async def break_leases(self) -> int:
        held = [key for key, row in self._rows("integrations").items() if row.until is not None]
        for integration_id in held:
            await self._transaction.hold("lease", integration_id)
            row = self._rows("integrations")[integration_id]
            self._rows("integrations")[integration_id] = msgspec.structs.replace(row, until=None)
        return len(held)

    async def put_token(self, integration_id: UUID, sealed: bytes | None) -> None:
        await self._transaction.hold("lease", integration_id)
        rows = self._rows("integrations")
        if integration_id in rows:
            rows[integration_id] = msgspec.structs.replace(rows[integration_id], sealed=sealed)

    async def tokens(self, *, after: UUID | None, limit: int) -> list[SealedToken]:
        rows = sorted(self._rows("integrations").items())
        kept = [SealedToken(key, row.integration.business_id, row.sealed) for key, row in rows if row.sealed]
        return [token for token in kept if after is None or token.integration_id > after][:limit]

    async def swap_token(self, before: SealedToken, sealed: bytes) -> bool:
        await self._transaction.hold("lease", before.integration_id)
        row = self._rows("integrations").get(before.integration_id)
        if row is None or row.sealed != before.sealed:
            return False
        await self.put_token(before.integration_id, sealed)
        return True

    async def consume_state(self, nonce: str, expires_at: dt.datetime) -> bool:
        await self._transaction.hold("state", nonce)
        used = self._rows("states")
        fresh = nonce not in used
        used[nonce] = expires_at
        return fresh

    def _all(self) -> list[Integration]:
        return [row.integration for row in self._rows("integrations").values()]


class MemoryImportWindows(MemoryCollection):
    async def add(self, windows: Sequence[ImportWindow]) -> None:
        for window in windows:
            if window.integration_id in self._rows("integrations"):
                self._rows("windows").setdefault(_key(window), window)

    async def of(self, integration_id: UUID) -> list[ImportWindow]:
        found = [window for window in self._rows("windows").values() if window.integration_id == integration_id]
        return sorted(found, key=lambda window: (window.kind, window.starts_at))

    async def save(self, window: ImportWindow) -> None:
        if _key(window) in self._rows("windows"):
            self._rows("windows")[_key(window)] = window


def _key(window: ImportWindow) -> tuple[UUID, str, int]:
    return window.integration_id, window.kind, window.starts_at


class MemoryJobRuns(MemoryCollection):
    async def claim_slot(self, job: str, slot: dt.datetime) -> bool:
        await self._transaction.hold("slot", job, slot)
        taken = (job, slot) in self._rows("job_runs")
        self._rows("job_runs")[job, slot] = True
        return not taken
