"""Time, wake-ups, credentials: the rest of the outside world."""

import datetime as dt
import enum
from typing import Protocol
from uuid import UUID

import msgspec


class Clock(Protocol):
    def now(self) -> dt.datetime:
        """The moment, aware, in UTC."""


class Job(enum.StrEnum):
    """Every background job. Each finds its own work in the database, so a wake-up carries no argument."""

    STRIPE_SYNC = "stripe_sync"
    APPLY_EVENTS = "apply_events"
    SETTLE_DOUBTS = "settle_doubts"
    CERTIFY = "certify"
    COMPUTE_METRICS = "compute_metrics"
    COMPUTE_READINESS = "compute_readiness"
    GENERATE_RECOMMENDATIONS = "generate_recommendations"
    SEND_MAIL = "send_mail"


class JobQueue(Protocol):
    """Wake-ups only: losing one costs latency (a sweep comes by), never work."""

    async def wake(self, job: Job) -> None:
        """Ask for a run soon. Never raises: a queue that is down is logged and swept over."""

    async def ping(self) -> None:
        """Raise `Unavailable(dependency="queue")` when the queue cannot be reached."""


class PasswordHasher(Protocol):
    async def hash(self, password: str) -> str: ...

    async def verify(self, password: str, hashed: str | None) -> bool:
        """Costs the same whether there is a hash or not, so that an unknown address cannot be told by time."""


class AccessTokens(Protocol):
    def issue(self, user_id: UUID, email: str, now: dt.datetime) -> str: ...

    def read(self, token: str, now: dt.datetime) -> UUID:
        """The user id of a good token. Raise `Unauthorized` on anything else."""


class ConnectState(msgspec.Struct, frozen=True, kw_only=True):
    """What a connect state vouches for: who asked to connect which business."""

    user_id: UUID
    business_id: UUID
    nonce: str
    expires_at: dt.datetime


class ConnectStates(Protocol):
    def issue(self, user_id: UUID, business_id: UUID, now: dt.datetime) -> str:
        """A signed state that is good for ten minutes."""

    def read(self, state: str, now: dt.datetime) -> ConnectState:
        """Raise `InvalidInput` when it is forged or malformed, `details["reason"]` = `expired` when it is too old."""
