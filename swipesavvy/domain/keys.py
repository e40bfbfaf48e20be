"""API keys as values: scopes, rate and the window that counts requests. Storage and hashing live outside."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from swipesavvy.domain.errors import UsageError

DEFAULT_RATE = 100
HIGHEST_RATE = 100_000
WINDOW_SECONDS = 60.0


class Scope(StrEnum):
    """What a key opens: sending events, reading numbers, or changing things."""

    COLLECT = "collect"
    READ = "read"
    WRITE = "write"


@dataclass(frozen=True)
class ApiKey:
    """A key as the platform knows it; the secret itself is nowhere."""

    key_id: str
    name: str
    scopes: frozenset[Scope]
    rate_per_minute: int
    created_at: datetime
    revoked_at: datetime | None = None


def scopes_named(texts: Iterable[str]) -> frozenset[Scope]:
    """Scopes a person typed, one by one or with commas; UsageError names the scopes there are."""
    words = [word.strip().lower() for text in texts for word in text.split(",") if word.strip()]
    unknown = [word for word in words if word not in set(Scope)]
    if unknown or not words:
        given = f"{unknown[0]!r} is no scope" if unknown else "a key needs a scope"
        raise UsageError(f"{given}; choose from {', '.join(Scope)}")
    return frozenset(Scope(word) for word in words)


def checked_rate(rate: int) -> int:
    """Requests a minute of a key; UsageError outside 1 to 100,000."""
    if not 1 <= rate <= HIGHEST_RATE:
        raise UsageError(f"--rate {rate} is out of range; use 1 to {HIGHEST_RATE:,} requests a minute")
    return rate


@dataclass
class RequestWindow:
    """The requests of one key in the last 60 seconds, exact: never more than `rate` in any such span."""

    rate: int
    taken: deque[float] = field(default_factory=deque)

    def wait_for(self, at: float) -> float:
        """Take one request at a steady clock's seconds; 0 if it may pass, else the seconds to wait for the next."""
        while self.taken and at - self.taken[0] >= WINDOW_SECONDS:
            self.taken.popleft()
        if len(self.taken) >= self.rate:
            # In this order rounding never makes it more than the window.
            return WINDOW_SECONDS - (at - self.taken[0])
        self.taken.append(at)
        return 0.0
