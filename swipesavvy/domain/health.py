"""What the parts of an installation say about themselves, and when that is worth a look. No probing happens here."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

State = Literal["ok", "empty", "watch", "bad"]

DISK_WATCH_SHARE = 0.15
DISK_BAD_SHARE = 0.05


@dataclass(frozen=True)
class Part:
    """One part: its state, one sentence for people, and details for programs (JSON values)."""

    name: str
    state: State
    says: str
    details: dict[str, str | int | float | bool | None] = field(default_factory=dict)


def overall(parts: Iterable[Part]) -> Literal["healthy", "degraded"]:
    """Degraded when a part is bad; something that is merely empty or worth a look is still healthy."""
    return "degraded" if any(part.state == "bad" for part in parts) else "healthy"


def disk_part(free_bytes: int, total_bytes: int) -> Part:
    """Free space of the home's disk: a look below 15%, bad below 5%."""
    share = free_bytes / total_bytes if total_bytes else 0.0
    state: State = "bad" if share < DISK_BAD_SHARE else "watch" if share < DISK_WATCH_SHARE else "ok"
    says = f"{free_bytes / 1e9:,.1f} GB free ({share:.0%})"
    if state != "ok":
        says += "; make room: delete old backups and logs, or move the home to a larger disk"
    return Part("disk", state, says, {"free_bytes": free_bytes, "total_bytes": total_bytes})


def age_in_words(then: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits: `40 s`, `12 min`, `5 h`, `3 days`."""
    seconds = max((now - then).total_seconds(), 0.0)
    for length, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * length or (seconds >= length and unit != "days"):
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
