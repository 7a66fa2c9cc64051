"""Time, wake-ups, credentials: the rest of the outside world."""

import datetime as dt
import enum
from typing import Final, Protocol
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
    RETURN_ACCESS = "return_access"
    SEND_MAIL = "send_mail"
    FORGET_EXPIRED = "forget_expired"


class JobQueue(Protocol):
    """Wake-ups only: losing one costs latency (a sweep comes by), never work."""

    def wake(self, job: Job) -> None:
        """Ask for a run soon. Never raises: a queue that is down is logged and swept over."""

    async def ping(self) -> None:
        """Raise `Unavailable(dependency="queue")` when the queue cannot be reached."""


class PasswordHasher(Protocol):
    async def hash(self, password: str) -> str: ...

    async def verify(self, password: str, hashed: str | None) -> bool:
        """Costs the same whether there is a hash or not, so that an unknown address cannot be told by time."""


class Access(msgspec.Struct, frozen=True):
    """What an access token vouches for: who it is, for as long as this session is open."""

    user_id: UUID
    session_id: UUID


class AccessTokens(Protocol):
    def issue(self, user_id: UUID, email: str, session_id: UUID, now: dt.datetime) -> str: ...

    def read(self, token: str, now: dt.datetime) -> Access:
        """Raise `Unauthorized` unless it is a good one. Whether its session is still open has to be looked up."""


class RefreshTokens(Protocol):
    def first(self, session_id: UUID, now: dt.datetime, expires_at: dt.datetime) -> str:
        """A session's first token, unlike any other."""

    def successor(self, token: str, session_id: UUID, rotated_at: dt.datetime, expires_at: dt.datetime) -> str:
        """What comes after a token. The same every time it is asked for, and to nobody but us."""

    def read(self, token: str, now: dt.datetime) -> UUID:
        """The session's id. Raise `Unauthorized` unless we made the token and it has not expired."""


class DeviceTokens(Protocol):
    """Say that a browser has been signed in to an account before. They open nothing: they only separate its tries from
    those of strangers."""

    def issue(self, user_id: UUID, now: dt.datetime) -> str: ...

    def read(self, token: str, user_id: UUID, now: dt.datetime) -> str | None:
        """Which device it is, None when the token is not a good one for this person."""


STATE_LIFE: Final = dt.timedelta(minutes=10)  # how long the way to Stripe and back may take


class ConnectState(msgspec.Struct, frozen=True, kw_only=True):
    """What a connect state vouches for: who asked to connect which business."""

    user_id: UUID
    business_id: UUID
    nonce: str
    expires_at: dt.datetime


class ConnectStates(Protocol):
    def issue(self, user_id: UUID, business_id: UUID, now: dt.datetime) -> str:
        """A signed state that is good for STATE_LIFE."""

    def read(self, state: str, now: dt.datetime) -> ConnectState:
        """Raise `InvalidInput` when it is forged or malformed, `details["reason"]` = `expired` when it is too old."""
