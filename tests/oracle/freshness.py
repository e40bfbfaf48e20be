"""How soon events could be read, recomputed: metric 22 and what stands beside it, from landing files and the ledger.

Belongs here: the last 24 hours before `as_of` by the events' own time, per source and over all sources.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from oracle.events import Event

SPAN = timedelta(hours=24)
EVERYTHING = "everything"


@dataclass(frozen=True)
class Freshness:
    """Minutes of the on-time events, and the share of late ones in percent; nothing where there is none."""

    p95: float | None
    slowest: float | None
    late_share: float | None
    on_time: int
    late: int


def freshness(events: Iterable[Event], committed: Mapping[str, datetime], as_of: datetime) -> dict[str, Freshness]:
    """By source, and of `EVERYTHING`; `committed` says when the lines of a landing file could be read."""
    groups: dict[str, list[Event]] = {EVERYTHING: []}
    for event in events:
        if as_of - SPAN < event.at <= as_of:
            groups[EVERYTHING].append(event)
            groups.setdefault(event.source, []).append(event)
    return {name: _measured(found, committed) for name, found in groups.items()}


def _measured(events: Sequence[Event], committed: Mapping[str, datetime]) -> Freshness:
    minutes = sorted((committed[e.file] - e.at) / timedelta(minutes=1) for e in events if not e.is_late)
    late = sum(event.is_late for event in events)
    return Freshness(
        p95=interpolated(minutes, 0.95) if minutes else None,
        slowest=minutes[-1] if minutes else None,
        late_share=100 * late / len(events) if events else None,
        on_time=len(minutes),
        late=late,
    )


def interpolated(ordered: Sequence[float], share: float) -> float:
    """A percentile of ordered values, linear between the two it falls between."""
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])
