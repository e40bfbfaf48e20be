"""What a market is made from: every argument of `simulate` and its default, with the reason for the default.

The defaults are a reference market: later benchmarks are judged against its truth, so a change needs an entry in
DECISIONS and a rerun of the benchmarks.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np

from swipesavvy.domain.errors import UsageError
from swipesavvy.simulation.arrays import DAY

WORST_SHARE = 0.5
MOST_USERS = 1_000_000


@dataclass(frozen=True)
class Faults:
    """How much goes wrong on the way, as shares of the clean events."""

    duplicate_share: float = 0.004  # extra copies; mobile clients that retry send a few per thousand
    late_share: float = 0.015  # arrive 24 hours to 10 days after they happened: phones without a network
    skewed_share: float = 0.003  # stamped up to 5 minutes after receipt by a fast clock; valid
    broken_share: float = 0.002  # extra lines that must end in quarantine, spread over every reason

    def __post_init__(self) -> None:
        """Shares a market can survive."""
        for name, share in asdict(self).items():
            if not 0 <= share <= WORST_SHARE:
                raise UsageError(f"--{name.replace('_', '-')} {share} is not a share between 0 and {WORST_SHARE}")


@dataclass(frozen=True)
class MarketSpec:
    """Everything that decides a market's bytes."""

    ends_at: datetime  # exclusive, UTC; nothing in landing happens or arrives at or after it
    days: int = 150  # calendar days of events, the last one up to `ends_at`: longer than every 90-day window
    users: int = 8_000  # with these rates about 280 orders a day, which puts daily revenue noise near 7%
    campaigns: int = 24  # three of each type
    seed: int = 1
    history_days: int = 270  # orders older than the events, in the orders table only: tracking began after the shop did
    faults: Faults = field(default_factory=Faults)

    def __post_init__(self) -> None:
        """A market needs time and people."""
        if self.ends_at.tzinfo is None:
            raise UsageError("a market's end needs a time zone")
        for name, value, least in (
            ("days", self.days, 1),
            ("users", self.users, 1),
            ("campaigns", self.campaigns, 0),
            ("seed", self.seed, 0),
        ):
            if value < least:
                raise UsageError(f"--{name} {value} is too small; the least is {least}")
        if self.users > MOST_USERS:
            raise UsageError(f"--users {self.users} is too many; the most is {MOST_USERS}")

    @property
    def end(self) -> int:
        """`ends_at` in milliseconds."""
        return round(self.ends_at.timestamp() * 1000)

    @property
    def start(self) -> int:
        """Midnight UTC of the first day with events."""
        return (self.end - 1) // DAY * DAY - (self.days - 1) * DAY

    @property
    def origin(self) -> int:
        """Midnight UTC of the first day with orders."""
        return self.start - self.history_days * DAY

    def rng(self, topic: str) -> np.random.Generator:
        """A stream of its own per topic, so that a change in one part leaves the others as they were."""
        return np.random.default_rng([self.seed, *topic.encode()])

    def as_record(self) -> dict[str, object]:
        """The arguments as JSON values; equal records make equal bytes."""
        record = asdict(self)
        return {**record, "ends_at": self.ends_at.astimezone(UTC).isoformat()}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "MarketSpec":
        """The spec of a record."""
        ends_at = datetime.fromisoformat(record["ends_at"])
        return cls(**{**record, "ends_at": ends_at, "faults": Faults(**record["faults"])})


def end_of(until: date | None, now: datetime) -> datetime:
    """Where a market ends: after the day `until`, or, with none given, at the last full hour before `now`.

    The second keeps a market that ends today from holding events of the viewer's future.
    """
    if until is None:
        return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return datetime.combine(until, time(), UTC) + timedelta(days=1)
