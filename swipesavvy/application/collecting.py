"""Use case: take events from clients. Each one that can be cut out of a request lands and gets a verdict.

Cutting bytes into events is the HTTP surface's task; forcing lines to the disk is the log's.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from swipesavvy.domain.envelope import envelope_problem
from swipesavvy.domain.event_contract import Reason

MOST_EVENTS = 100


@dataclass(frozen=True)
class CutEvent:
    """One event: its sender's bytes without any `received_at`, and its value if it is a strict JSON object."""

    raw: bytes
    value: Mapping[str, Any] | None


@dataclass(frozen=True)
class Verdict:
    """What the sender is told about one event; a rejected one has landed too."""

    event_id: str | None
    reason: Reason | None

    @property
    def status(self) -> str:
        """`accepted` or `rejected`."""
        return "accepted" if self.reason is None else "rejected"


class EventLog(Protocol):
    """An append-only log."""

    def append(self, lines: bytes) -> Future[None]:
        """Append whole lines; the future is done when they will survive a power cut, or fails if they may not."""
        ...


def judge(events: Sequence[CutEvent], received_at: datetime) -> list[Verdict]:
    """One verdict per event, in order."""
    return [_verdict(event, received_at) for event in events]


def land(events: Sequence[CutEvent], received_at: datetime, log: EventLog) -> Future[None]:
    """Append one line per event with its time of receipt; acknowledge to the sender only when the future is done."""
    stamp = received_at.isoformat()
    return log.append(b"".join(landing_line(event, stamp) for event in events))


def landing_line(event: CutEvent, stamp: str) -> bytes:
    """The sender's own bytes on one line, with `received_at` added.

    An event that is no JSON object stays as it was: there is no place for a time in it.
    """
    # JSON has line breaks between its tokens only: a space there means the same.
    line = event.raw.replace(b"\r", b" ").replace(b"\n", b" ").strip()
    if line.startswith(b"{") and line.endswith(b"}"):
        inside = line[1:-1].rstrip()
        comma = b", " if inside.strip() else b""
        return b'{%s%s"received_at": "%s"}\n' % (inside, comma, stamp.encode())
    return line + b"\n"


def _verdict(event: CutEvent, received_at: datetime) -> Verdict:
    if event.value is None:
        return Verdict(None, Reason.MALFORMED_JSON)
    event_id = event.value.get("event_id")
    return Verdict(event_id if isinstance(event_id, str) else None, envelope_problem(event.value, received_at))
