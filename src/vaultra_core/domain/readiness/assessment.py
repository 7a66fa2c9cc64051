"""What an assessment is: a score, its tier, and the lines that add up to it."""

import datetime as dt
import enum
import functools

import msgspec

from vaultra_core.domain.readiness.contribution import Contribution, Line
from vaultra_core.domain.readiness.explaining import explain
from vaultra_core.domain.readiness.rulebook import get_rulebook


class Tier(enum.StrEnum):
    NOT_READY = "not_ready"
    IMPROVING = "improving"
    FUNDING_READY = "funding_ready"
    HIGHLY_ATTRACTIVE = "highly_attractive"

    @property
    def label(self) -> str:
        """The tier as people read it."""
        return "Funding-ready" if self is Tier.FUNDING_READY else self.value.replace("_", " ").capitalize()


class Assessment(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A readiness score as of one day under one rulebook.

    Of the many that are computed few are read: a score holds its lines in figures, and says them when it is asked for
    its `contributions`.
    """

    as_of: dt.date
    rulebook: str
    score: int
    raw_score: float
    tier: Tier
    confidence: float
    components: dict[str, float]
    lines: tuple[Line, ...]

    @functools.cached_property
    def contributions(self) -> tuple[Contribution, ...]:
        """The lines in words. They add up to the raw score exactly."""
        book = get_rulebook(self.rulebook)
        return tuple(explain(line, book, self.as_of) for line in self.lines)
