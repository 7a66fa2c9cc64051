import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Collection as AnyOf
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from vaultra_core.domain.accounts import ImportPhase, IntegrationStatus
from vaultra_core.domain.metrics import MetricsSnapshot
from vaultra_core.domain.readiness.assessment import Assessment
from vaultra_core.domain.recommendations.base import Priority, Recommendation, Status
from vaultra_core.errors import Conflict
from vaultra_core.ports.storage import Computation, StoredScore, Subject
from vaultra_core.testing.memory.transaction import MemoryCollection


class MemoryComputations(MemoryCollection):
    async def lock(self, business_id: UUID) -> Computation:
        await self._transaction.hold("computation", business_id)
        if business_id not in self._rows("businesses"):
            raise Conflict("No such business.")
        found: Computation = self._rows("computations").setdefault(business_id, Computation(business_id=business_id))
        return found

    async def get(self, business_id: UUID) -> Computation | None:
        return self._rows("computations").get(business_id)

    async def save(self, computation: Computation) -> None:
        self._rows("computations")[computation.business_id] = computation

    async def lock_several(self, business_ids: AnyOf[UUID], *, wait: bool) -> list[Computation]:
        known = sorted(business for business in set(business_ids) if business in self._rows("businesses"))
        free = [b for b in known if wait or self._transaction.try_hold("computation", b)]
        return [await self.lock(business_id) for business_id in free]

    async def save_several(self, computations: Sequence[Computation]) -> None:
        for computation in computations:
            await self.save(computation)

    async def subjects(self, business_ids: AnyOf[UUID]) -> dict[UUID, Subject]:
        connected = {
            leased.integration.business_id: leased.integration for leased in self._rows("integrations").values()
        }
        subjects = {}
        for business_id in business_ids:
            business, integration = self._rows("businesses").get(business_id), connected.get(business_id)
            if business is not None:
                subjects[business_id] = Subject(
                    timezone=business.timezone,
                    phase=integration.phase if integration else None,
                    revoked=integration is not None and integration.status is IntegrationStatus.REVOKED,
                )
        return subjects

    async def due_for_metrics(self, now: dt.datetime, *, limit: int) -> list[UUID]:
        due = []
        for leased in self._rows("integrations").values():
            integration = leased.integration
            connected = integration.status is not IntegrationStatus.REVOKED
            if (
                connected
                and integration.phase is not ImportPhase.STARTING
                and self._behind(integration.business_id, now)
            ):
                due.append(integration.business_id)
        return due[:limit]

    def _behind(self, business_id: UUID, now: dt.datetime) -> bool:
        zone = ZoneInfo(self._rows("businesses")[business_id].timezone)
        yesterday = now.astimezone(zone).date() - dt.timedelta(days=1)
        state: Computation | None = self._rows("computations").get(business_id)
        if state is None or state.metrics_as_of is None or state.metrics_as_of < yesterday:
            return True
        return state.metrics_from is not None or any(owner == business_id for owner, _ in self._rows("dirty"))

    async def due_for_readiness(self, *, limit: int) -> list[UUID]:
        return self._where(lambda state: state.readiness_from is not None)[:limit]

    async def due_for_recommendations(self, *, limit: int) -> list[UUID]:
        return self._where(lambda state: state.recommendations_due)[:limit]

    def _where(self, due: Callable[[Computation], bool]) -> list[UUID]:
        return [state.business_id for state in self._rows("computations").values() if due(state)]


class MemorySnapshots(MemoryCollection):
    async def save(self, snapshots: Mapping[UUID, Sequence[MetricsSnapshot]], now: dt.datetime) -> int:
        rows = self._rows("snapshots")
        new = {(owner, s.period_start, s.period_end): s for owner, given in snapshots.items() for s in given}
        written = {key: snapshot for key, snapshot in new.items() if rows.get(key) != snapshot}
        rows.update(written)
        return len(written)

    async def latest(self, business_id: UUID) -> MetricsSnapshot | None:
        return max(self._all(business_id), key=lambda snapshot: snapshot.period_end, default=None)

    async def between(self, business_id: UUID, start: dt.date, end: dt.date) -> list[MetricsSnapshot]:
        found = [snapshot for snapshot in self._all(business_id) if start <= snapshot.period_end <= end]
        return sorted(found, key=lambda snapshot: (snapshot.period_end, snapshot.period_start))

    async def drop_after(self, business_id: UUID, day: dt.date) -> None:
        rows = self._rows("snapshots")
        for key in [key for key in rows if key[0] == business_id and key[2] > day]:
            del rows[key]

    def _all(self, business_id: UUID) -> list[MetricsSnapshot]:
        return [snapshot for (owner, _, _), snapshot in self._rows("snapshots").items() if owner == business_id]


class MemoryScores(MemoryCollection):
    async def save(self, assessments: Mapping[UUID, Sequence[Assessment]], now: dt.datetime) -> int:
        rows = self._rows("scores")
        new = {(owner, a.rulebook, a.as_of): a for owner, given in assessments.items() for a in given}
        written = {key: a for key, a in new.items() if key not in rows or rows[key].assessment != a}
        rows.update({key: StoredScore(assessment, now) for key, assessment in written.items()})
        return len(written)

    async def latest(self, business_id: UUID, rulebook: str) -> StoredScore | None:
        return next(iter(await self.history(business_id, rulebook, limit=1)), None)

    async def on(self, business_id: UUID, rulebook: str, day: dt.date) -> StoredScore | None:
        return self._rows("scores").get((business_id, rulebook, day))

    async def history(self, business_id: UUID, rulebook: str, *, limit: int) -> list[StoredScore]:
        found = [row for key, row in self._rows("scores").items() if key[:2] == (business_id, rulebook)]
        return sorted(found, key=lambda stored: stored.assessment.as_of, reverse=True)[:limit]

    async def drop_after(self, business_id: UUID, day: dt.date) -> None:
        rows = self._rows("scores")
        for key in [key for key in rows if key[0] == business_id and key[2] > day]:
            del rows[key]


class MemoryRecommendations(MemoryCollection):
    async def get(self, recommendation_id: UUID) -> Recommendation | None:
        return self._rows("recommendations").get(recommendation_id)

    async def list(
        self, business_id: UUID, *, status: Status | None = None, priority: Priority | None = None
    ) -> list[Recommendation]:
        def wanted(entry: Recommendation) -> bool:
            matches = status in (None, entry.status) and priority in (None, entry.advice.priority)
            return matches and entry.business_id == business_id

        def rank(entry: Recommendation) -> tuple[Any, ...]:
            urgency = -[*Priority].index(entry.advice.priority)
            return urgency, entry.advice.impact_points, entry.created_at

        by_key = sorted(
            filter(wanted, self._rows("recommendations").values()), key=lambda entry: (entry.advice.key, entry.id)
        )
        return sorted(by_key, key=rank, reverse=True)

    async def hold(self, business_ids: AnyOf[UUID]) -> dict[UUID, Sequence[Recommendation]]:
        found: dict[UUID, Sequence[Recommendation]] = {}
        for business_id in business_ids:
            found[business_id] = [
                entry for entry in await self.list(business_id) if entry.is_open or entry.status is Status.DISMISSED
            ]
            for entry in found[business_id]:
                await self._transaction.hold("recommendation", entry.id)
        return found

    async def put(self, recommendations: Sequence[Recommendation]) -> None:
        for recommendation in recommendations:
            await self._check_open(recommendation)
            self._rows("recommendations")[recommendation.id] = recommendation

    async def save(self, recommendation: Recommendation, *, expected: Status) -> None:
        await self._transaction.hold("recommendation", recommendation.id)
        stored = await self.get(recommendation.id)
        if stored is None or stored.status is not expected:
            raise Conflict(f"The recommendation is no longer {expected}.", expected=str(expected))
        await self._check_open(recommendation)
        self._rows("recommendations")[recommendation.id] = recommendation

    async def _check_open(self, new: Recommendation) -> None:
        await self._transaction.hold("recommendation", new.business_id, new.advice.key)
        for entry in await self.list(new.business_id):
            if entry.id != new.id and entry.advice.key == new.advice.key and entry.is_open and new.is_open:
                raise Conflict("There is an open recommendation of this kind.")
