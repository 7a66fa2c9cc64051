"""The rulebooks there are, by name."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from vaultra_core.domain.readiness.baseline_1 import BASELINE_1
from vaultra_core.domain.readiness.lender_2 import LENDER_2
from vaultra_core.domain.readiness.rules import Rulebook
from vaultra_core.errors import InvalidInput

RULEBOOKS: Final[Mapping[str, Rulebook]] = MappingProxyType({book.name: book for book in (BASELINE_1, LENDER_2)})
DEFAULT_RULEBOOK: Final = LENDER_2.name


def get_rulebook(name: str) -> Rulebook:
    """Raise `InvalidInput` when there is none of that name."""
    if name not in RULEBOOKS:
        known = ", ".join(RULEBOOKS)
        raise InvalidInput(
            f"There is no rulebook {name!r}; there are {known}.", field="rulebook", known=list(RULEBOOKS)
        )
    return RULEBOOKS[name]
