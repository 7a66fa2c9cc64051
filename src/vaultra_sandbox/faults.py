"""Trouble on purpose: what a client of a payments platform must live with."""

import asyncio
import random
import time

import msgspec

from vaultra_sandbox.errors import StripeError


class Faults(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Off by default. The same seed and the same calls give the same trouble."""

    rate_limit: float | None = None  # requests a second and account; more are answered 429
    latency_ms: float = 0.0  # mean; each answer waits between half and one and a half of it
    error_rate: float = 0.0  # share of answers that are 500
    truncate_rate: float = 0.0  # share of answers that break off in the middle
    seed: int = 0

    def __post_init__(self) -> None:
        if self.rate_limit is not None and self.rate_limit <= 0:
            raise ValueError("rate_limit must be positive")
        if self.latency_ms < 0:
            raise ValueError("latency_ms must not be negative")
        if not 0 <= self.error_rate <= 1 or not 0 <= self.truncate_rate <= 1:
            raise ValueError("error_rate and truncate_rate are shares, 0 to 1")


class Trouble:
    """Makes the faults happen."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self._chance = random.Random(faults.seed)  # noqa: S311 (faults need no secrecy)
        self._tokens: dict[str, tuple[float, float]] = {}  # account → what is left of its second, and since when

    async def before(self, account: str) -> None:
        """Wait, or raise `StripeError`, as configured."""
        faults = self.faults
        if faults.latency_ms:
            await asyncio.sleep(faults.latency_ms / 1000 * self._chance.uniform(0.5, 1.5))
        if faults.rate_limit is not None and not self._allowed(account, faults.rate_limit):
            raise StripeError(429, "Request rate limit exceeded.", code="rate_limit")
        if faults.error_rate and self._chance.random() < faults.error_rate:
            raise StripeError(500, "An unknown error occurred.", type="api_error")

    def after(self, body: bytes) -> bytes:
        """The answer, or the first half of it."""
        if self.faults.truncate_rate and self._chance.random() < self.faults.truncate_rate:
            return body[: len(body) // 2]
        return body

    def _allowed(self, account: str, rate: float) -> bool:
        now = time.monotonic()
        burst = max(1.0, rate)
        left, since = self._tokens.get(account, (burst, now))
        left = min(burst, left + (now - since) * rate)
        self._tokens[account] = (left - 1 if left >= 1 else left, now)
        return left >= 1
