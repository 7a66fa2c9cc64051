"""Made-up customers. They look personal so that the product has something to strip; the addresses cannot exist."""

import random
from typing import Any, Final

_GIVEN: Final = ("Ada", "Ben", "Carla", "Dmitri", "Elena", "Farid", "Grace", "Hugo", "Ines", "Kemi", "Mei", "Priya")
_FAMILY: Final = ("Abara", "Brandt", "Costa", "Dubois", "Eriksen", "Garcia", "Haddad", "Ito", "Kaur", "Novak", "Santos")
_STREETS: Final = ("Alder", "Birch", "Cedar", "Dock", "Elm", "Foundry", "Garden", "Harbour", "Mill", "Orchard")


def customer(chance: random.Random, country: str) -> dict[str, Any]:
    """The `billing_details` of one person."""
    given, family = chance.choice(_GIVEN), chance.choice(_FAMILY)
    number = chance.randrange(1, 220)
    return {
        "address": {
            "city": "Springfield",
            "country": country,
            "line1": f"{number} {chance.choice(_STREETS)} Street",
            "line2": None,
            "postal_code": f"{chance.randrange(10_000, 99_999)}",
            "state": None,
        },
        "email": f"{given}.{family}{number}@example.com".lower(),
        "name": f"{given} {family}",
        "phone": f"+1555{chance.randrange(10**6, 10**7)}",
        "tax_id": None,
    }


NOBODY: Final[dict[str, Any]] = {
    "address": {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None},
    "email": None,
    "name": None,
    "phone": None,
    "tax_id": None,
}
