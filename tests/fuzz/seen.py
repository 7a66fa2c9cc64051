"""Ids, handles, cursors and tokens of earlier answers, which take the place of made-up ones."""

import random
import re
from collections import defaultdict, deque
from collections.abc import Mapping
from typing import Any, Final

REUSED: Final = 0.6  # how often a value that was seen takes the place of one that was made up
UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Seen:
    """Values of earlier answers, by what they are."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._values: defaultdict[str, deque[str]] = defaultdict(lambda: deque(maxlen=50))

    def learn(self, answer: Any, name: str = "") -> None:
        if isinstance(answer, dict):
            for key, value in answer.items():
                self.learn(value, key)
        elif isinstance(answer, list):
            for value in answer[:20]:
                self.learn(value, name)
        elif isinstance(answer, str) and (kind := _kind(name, answer)) and answer not in self._values[kind]:
            self._values[kind].append(answer)

    def put_into(self, values: Any) -> Any:
        """These parameters or body fields, with what was seen in the place of some."""
        if not isinstance(values, Mapping):
            return values
        return {name: self._instead_of(name, value) for name, value in values.items()}

    def _instead_of(self, name: str, value: Any) -> Any:
        known = self._values.get(_kind(name, value) or "")
        return self._chance.choice(known) if known and self._chance.random() < REUSED else value


def _kind(name: str, value: object) -> str | None:
    for kind in ("handle", "cursor", "token"):
        if kind in name:
            return kind
    if name == "evidence":
        return "handle"
    is_id = name.endswith("id") or name in ("business", "member") or (isinstance(value, str) and UUID.fullmatch(value))
    return "id" if is_id else None
