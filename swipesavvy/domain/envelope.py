"""The envelope rules asked of one event at a time, for the sender's answer at the door.

They use the contract's own limits and reasons. Properties are judged when the lake takes the line in (the lake's
routing runs the whole contract on all lines at once); an event accepted here can still be quarantined there.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from swipesavvy.domain.event_contract import Reason
from swipesavvy.domain.events import MAX_CLOCK_SKEW, SOURCES, TOO_OLD_AFTER
from swipesavvy.domain.instants import parse_instant

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_IDS = ("event_id", "event_type", "user_id")


def envelope_problem(event: Mapping[str, Any], received_at: datetime) -> Reason | None:
    """Why an event's envelope is refused, or None; the first rule that matches names the reason."""
    for name in _IDS:
        value = event.get(name)
        if not isinstance(value, str) or not value:
            return Reason.MISSING_ID
    if not _UUID.fullmatch(event["event_id"]):
        return Reason.BAD_UUID
    problem = _time_problem(event.get("timestamp"), received_at)
    if problem is not None:
        return problem
    if event.get("source") not in SOURCES:
        return Reason.BAD_SOURCE
    return None if _is_well_shaped(event) else Reason.BAD_PROPERTY


def _time_problem(timestamp: object, received_at: datetime) -> Reason | None:
    happened_at = parse_instant(timestamp) if isinstance(timestamp, str) else None
    if happened_at is None:
        return Reason.BAD_TIMESTAMP
    if happened_at > received_at + MAX_CLOCK_SKEW:
        return Reason.FUTURE_TIMESTAMP
    return Reason.TOO_OLD if happened_at < received_at - TOO_OLD_AFTER else None


def _is_well_shaped(event: Mapping[str, Any]) -> bool:
    return isinstance(event.get("session_id"), str | None) and all(
        isinstance(event.get(name), Mapping | None) for name in ("properties", "context")
    )
