"""Use case: take events from clients. Each one that can be cut out of a request lands and gets a verdict.

Cutting bytes into events is the HTTP surface's task; forcing lines to the disk is the log's.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from swipesavvy.domain.event_contract import Reason
from swipesavvy.domain.verdicts import problem_of

MOST_EVENTS = 100


@dataclass(frozen=True)
class CutEvent:
    """One event: its sender's bytes without any `received_at`, and its value if it is a strict JSON object."""

    raw: bytes
    value: Mapping[str, Any] | None


@dataclass(frozen=True)
class Verdict:
    """What the sender is told about one event; a rejected one and a duplicate have landed too."""

    event_id: str | None
    reason: Reason | None
    is_duplicate: bool = False

    @property
    def status(self) -> str:
        """`accepted`, `duplicate` (received before: success, no need to send it again) or `rejected`."""
        if self.reason is not None:
            return "rejected"
        return "duplicate" if self.is_duplicate else "accepted"


class EventLog(Protocol):
    """An append-only log."""

    def append(self, lines: bytes) -> Future[None]:
        """Append whole lines; the future is done when they will survive a power cut, or fails if they may not."""
        ...


class SeenIds(Protocol):
    """The ids of all valid events received so far, here and by earlier processes."""

    def remember(self, ids: bytes) -> AbstractSet[int]:
        """Places of the ids (16 bytes each) that were known before; all others are known from now on."""
        ...

    def forget(self, ids: bytes) -> None:
        """Take back ids that `remember` found new, and that did not land after all."""
        ...


def judge(events: Sequence[CutEvent], received_at: datetime) -> list[Verdict]:
    """One verdict per event by the contract alone, in order."""
    return [_verdict(event, received_at) for event in events]


def id_bytes(ids: Sequence[str]) -> bytes:
    """16 bytes for each canonical UUID. ValueError if a text is not one."""
    return bytes.fromhex("".join(ids).replace("-", ""))


def landing_line(raw: bytes, stamp: str) -> bytes:
    """An event's own bytes on one line, with `received_at` added.

    An event that is no JSON object stays as it was: there is no place for a time in it.
    """
    # JSON has line breaks between its tokens only: a space there means the same.
    line = raw.replace(b"\r", b" ").replace(b"\n", b" ").strip()
    if line.startswith(b"{") and line.endswith(b"}"):
        inside = line[1:-1].rstrip()
        comma = b", " if inside.strip() else b""
        return b'{%s%s"received_at": "%s"}\n' % (inside, comma, stamp.encode())
    return line + b"\n"


def _verdict(event: CutEvent, received_at: datetime) -> Verdict:
    if event.value is None:
        return Verdict(None, Reason.MALFORMED_JSON)
    event_id = event.value.get("event_id")
    problem = problem_of(event.value, received_at)
    return Verdict(event_id if isinstance(event_id, str) else None, None if problem is None else problem.reason)
