"""What a score is made of: lines of figures, which is what is kept, and the contributions that they read as."""

import msgspec

from vaultra_core.domain.readiness.rules import Reading


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The points of one factor (or of a cap, the base, the clamp) and the reading that they rest on, if they do.

    `points` are sixteenths at the finest, so they are exact in binary and their sum is the raw score exactly.
    """

    factor: str
    points: float
    reading: Reading | None = None


class Contribution(msgspec.Struct, frozen=True, kw_only=True):
    """What one factor adds to (or a cap takes from) the raw score, for people to read.

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
