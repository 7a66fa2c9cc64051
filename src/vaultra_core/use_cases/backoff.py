import datetime as dt
import random


def backoff(failures: int, *, first: float, factor: float, most: float) -> dt.timedelta:
    """How long to wait after so many failures in a row: `first` seconds, times `factor` with each, up to `most`.

    A quarter of it is left to chance, so that what failed together does not come back together.
    """
    longest = min(most, first * factor ** min(failures - 1, 20))
    return dt.timedelta(seconds=longest * random.uniform(0.75, 1.0))  # noqa: S311 - spreads load, guards nothing
