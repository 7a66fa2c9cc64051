"""What an assessment is made of: a score, its tier, and the contributions that add up to it."""

import datetime as dt
import enum

import msgspec


class Tier(enum.StrEnum):
    NOT_READY = "not_ready"
    IMPROVING = "improving"
    FUNDING_READY = "funding_ready"
    HIGHLY_ATTRACTIVE = "highly_attractive"

    @property
    def label(self) -> str:
        """The tier as people read it."""
        return "Funding-ready" if self is Tier.FUNDING_READY else self.value.replace("_", " ").capitalize()


class Contribution(msgspec.Struct, frozen=True, kw_only=True):
    """What one factor adds to (or a cap takes from) the raw score.

    `points` are sixteenths at the finest, so they are exact in binary and their sum is the raw score exactly.
    `evidence` holds handles: `days:<field>:<first>:<last>` names the daily figures the value was computed from.
    """

    factor: str
    points: float
    max_points: float
    value: float | None
    band: str
    reason: str
    confidence: float
    evidence: tuple[str, ...] = ()


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """A readiness score as of one day under one rulebook."""

    as_of: dt.date
    rulebook: str
    score: int
    raw_score: float
    tier: Tier
    confidence: float
    components: dict[str, float]
    contributions: tuple[Contribution, ...]
