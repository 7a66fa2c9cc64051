import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from vaultra_core.domain.accounts import ImportPhase, Integration, IntegrationStatus
from vaultra_core.domain.ledger import BalanceTransaction, Charge, LedgerObject, Payout, Record, Refund
from vaultra_core.domain.reconciliation import CATEGORIES, Certificate, Statement
from vaultra_core.periods import utc_bounds, utc_day
from vaultra_core.ports.completeness import SAME_MOMENT, Doubt
from vaultra_core.testing.memory.transaction import MemoryCollection


class MemoryCertificates(MemoryCollection):
    async def open_days(self, business_id: UUID, days: Collection[dt.date]) -> None:
        for day in days:
            self._rows("unreconciled")[business_id, day] = True

    async def opened(
        self, business_id: UUID, *, after: dt.date, through: dt.date, limit: int | None = None
    ) -> list[dt.date]:
        days = sorted(day for owner, day in self._rows("unreconciled") if owner == business_id)
        return [day for day in days if after < day <= through][:limit]

    async def close_days(self, business_id: UUID, days: Collection[dt.date]) -> None:
        for day in days:
            self._rows("unreconciled").pop((business_id, day), None)

    async def statement(self, business_id: UUID, days: Collection[dt.date], *, since: int) -> Statement:
        states = [record.state for key, record in self._rows("ledger").items() if key[0] == business_id]
        spans = [(max(start, since), end) for start, end in map(utc_bounds, days)]

        def on_these_days(state: LedgerObject) -> bool:
            return any(start <= state.created < end for start, end in spans)

        moves = [state for state in states if isinstance(state, BalanceTransaction)]
        named = {(CATEGORIES.get(m.reporting_category), m.source) for m in moves if on_these_days(m)}
        objects: list[Any] = [
            state
            for state in states
            if state.kind in CATEGORIES.values() and (on_these_days(state) or (state.kind, state.id) in named)
        ]
        ids = {state.id for state in objects}
        refunded = {state.charge for state in objects if isinstance(state, Refund)}
        charges = [state for state in states if isinstance(state, Charge)]
        return Statement(
            objects=objects,
            transactions=[move for move in moves if on_these_days(move) or move.source in ids],
            released=frozenset(charge.id for charge in charges if charge.id in refunded and not charge.captured),
        )

    async def payouts(self, business_id: UUID, days: Collection[dt.date]) -> list[Payout]:
        states = [record.state for key, record in self._rows("ledger").items() if key[0] == business_id]
        return [state for state in states if isinstance(state, Payout) and utc_day(state.created) in days]

    async def get(self, business_id: UUID) -> Certificate | None:
        return self._rows("certificates").get(business_id)

    async def save(self, certificate: Certificate) -> None:
        self._rows("certificates")[certificate.business_id] = certificate

    async def due(self, now: dt.datetime, closed: dt.date, *, limit: int) -> list[UUID]:
        found = []
        for integration in _connected(self):
            business_id = integration.business_id
            known: Certificate | None = self._rows("certificates").get(business_id)
            behind = known is None or known.judged_through is None or known.judged_through < closed
            behind = behind or bool(await self.opened(business_id, after=dt.date.min, through=closed))
            in_time = known is None or known.next_at <= now
            if integration.phase is ImportPhase.COMPLETE and in_time and behind:
                found.append(business_id)
        return found[:limit]


class MemoryDoubts(MemoryCollection):
    async def due(self, now: dt.datetime, *, limit: int) -> list[Doubt]:
        connected = {integration.business_id for integration in _connected(self)}
        found = []
        for (business_id, kind, object_id), record in self._rows("ledger").items():
            too_fresh = record.observed_at >= int(now.timestamp()) - SAME_MOMENT
            if not record.contested or too_fresh or business_id not in connected:
                continue
            tried = self._rows("doubts").get((business_id, kind, object_id))
            if tried is None or tried[0] != record.observed_at:
                found.append(Doubt(business_id=business_id, kind=kind, id=object_id))
            elif tried[2] is not None and tried[2] <= now:
                found.append(Doubt(business_id=business_id, kind=kind, id=object_id, attempts=tried[1]))
        return found[:limit]

    async def put_off(self, retry_at: Mapping[Doubt, dt.datetime | None]) -> None:
        for doubt, moment in retry_at.items():
            key = doubt.business_id, doubt.kind, doubt.id
            record: Record | None = self._rows("ledger").get(key)
            self._rows("doubts").pop(key, None)
            if record is not None and record.contested:
                self._rows("doubts")[key] = record.observed_at, doubt.attempts + 1, moment


def _connected(collection: MemoryCollection) -> list[Integration]:
    leased = collection._rows("integrations").values()
    return [row.integration for row in leased if row.integration.status is not IntegrationStatus.REVOKED]
