"""Litestar and Taskiq look whether certain other libraries are there, and import them to support what nobody here uses.
That is a fifth of the time in which a server starts. While they look, those libraries are not there."""

import contextlib
import sys
from collections.abc import Iterator
from typing import Any, Final, cast

UNUSED: Final = ("advanced_alchemy", "fastapi")


@contextlib.contextmanager
def quick_imports() -> Iterator[None]:
    """Inside the block the unused libraries cannot be imported, unless they have been before."""
    hidden = [name for name in UNUSED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden, cast(Any, None)))  # which makes their import an ImportError
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
