"""Landing lines to the events that count: validation with first-match reasons, then one event per `event_id`.

Belongs here: everything about `landing/events`. Reference tables are in `tables.py`, metrics elsewhere.
Written line by line with the standard library only, so that it can be read as the definition.
"""

import gzip
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from oracle import property_types as plan
from oracle.strict_json import MalformedError, is_blank, parse_object

SKEW_ALLOWED = timedelta(minutes=5)
TOO_OLD = timedelta(days=30)
LATE = timedelta(hours=24)
SAME_SENDING = timedelta(minutes=5)
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True)
class Event:
    """One valid event, or one copy of it; UUIDs are in lower case."""

    event_id: str
    event_type: str
    at: datetime
    received: datetime | None
    user_id: str
    source: str
    properties: dict[str, Any]
    file: str = ""
    line: int = 0

    @property
    def actor(self) -> str:
        """customer, staff or system."""
        if self.event_type in plan.SYSTEM_TYPES or self.user_id == "system":
            return "system"
        unknown = self.event_type not in plan.PROPERTIES
        if self.event_type in plan.STAFF_TYPES or (unknown and self.source == "admin_portal"):
            return "staff"
        return "customer"

    @property
    def is_late(self) -> bool:
        """Received more than 24 hours after it happened; history dropped in is never late."""
        return self.received is not None and self.received - self.at > LATE

    def id_of(self, name: str) -> str | None:
        """A UUID property in lower case; absent and null are the same."""
        value = self.properties.get(name)
        return value.lower() if isinstance(value, str) else None


class RejectedError(ValueError):
    """Why a line is quarantined; the text is the settled reason name."""


@dataclass
class Intake:
    """What came of a landing folder: `landed = clean + duplicate + quarantined`, by file too."""

    events: list[Event] = field(default_factory=list)
    landed: Counter[str] = field(default_factory=Counter)
    clean: Counter[str] = field(default_factory=Counter)
    duplicate: Counter[str] = field(default_factory=Counter)
    quarantined: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def reasons(self) -> Counter[str]:
        """Quarantined lines by reason, over all files."""
        return sum(self.quarantined.values(), Counter())


def read_folder(folder: Path, now: datetime) -> Intake:
    """Takes in every `*.jsonl` and `*.jsonl.gz` of a folder; `now` is the ingesting machine's clock."""
    intake = Intake()
    copies: list[Event] = []
    for path in sorted([*folder.glob("*.jsonl"), *folder.glob("*.jsonl.gz")]):
        for number, line in landed_lines(path):
            intake.landed[path.name] += 1
            try:
                copies.append(validate(line, now, path.name, number))
            except RejectedError as reason:
                intake.quarantined[path.name][str(reason)] += 1
    intake.events = keep_one_each(copies)
    for event in intake.events:
        intake.clean[event.file] += 1
    kept = {(event.file, event.line) for event in intake.events}
    intake.duplicate.update(copy.file for copy in copies if (copy.file, copy.line) not in kept)
    return intake


def landed_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Numbered lines that count as landed: not blank, and not a torn last line that is still being written."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    lines = content.split(b"\n")
    for number, line in enumerate(lines, start=1):
        torn = number == len(lines) and not is_object(line)
        if not is_blank(line) and not torn:
            yield number, line


def is_object(line: bytes) -> bool:
    """Whether a line is a complete JSON object."""
    try:
        parse_object(line)
    except MalformedError:
        return False
    return True


def validate(line: bytes, now: datetime, file: str = "", number: int = 0) -> Event:
    """The event of a line; raises `RejectedError` with the first reason that applies."""
    try:
        found = parse_object(line)
    except MalformedError as error:
        raise RejectedError("malformed_json") from error
    if any(not isinstance(found.get(key), str) or not found[key] for key in ("event_id", "event_type", "user_id")):
        raise RejectedError("missing_id")
    properties = found.get("properties")
    properties = {} if properties is None else properties
    known = found["event_type"] in plan.PROPERTIES
    named = properties if known and isinstance(properties, dict) else {}
    uuids = [found["event_id"], *(named[key] for key in plan.UUID_KEYS if named.get(key) is not None)]
    if not all(is_uuid(value) for value in uuids):
        raise RejectedError("bad_uuid")
    at, received = _times(found, now)
    if found.get("source") not in plan.SOURCES:
        raise RejectedError("bad_source")
    if known:
        _check_properties(found["event_type"], properties)
    event_id = found["event_id"].lower()
    kept = properties if isinstance(properties, dict) else {}
    return Event(event_id, found["event_type"], at, received, found["user_id"], found["source"], kept, file, number)


def _times(found: dict[str, Any], now: datetime) -> tuple[datetime, datetime | None]:
    """Event time and receipt time, both UTC."""
    at = instant(found.get("timestamp"))
    received = instant(found["received_at"]) if found.get("received_at") is not None else None
    if at is None or (received is None and found.get("received_at") is not None):
        raise RejectedError("bad_timestamp")
    if at > (received or now) + SKEW_ALLOWED:
        raise RejectedError("future_timestamp")
    if received is not None and received - at > TOO_OLD:
        raise RejectedError("too_old")
    return at, received


def _check_properties(event_type: str, properties: object) -> None:
    """First-match reason among the property rules of a known type."""
    if not isinstance(properties, dict):
        raise RejectedError("bad_property")
    present = {name: value for name, value in properties.items() if value is not None}
    if any(is_number(present.get(name)) and present[name] < 0 for name in plan.MONEY):
        raise RejectedError("negative_amount")
    if any(is_number(present.get(name)) and not 0 <= present[name] <= 1 for name in plan.SCORES):
        raise RejectedError("score_out_of_range")
    if any(name not in present for name in plan.REQUIRED.get(event_type, ())):
        raise RejectedError("bad_property")
    types = plan.PROPERTIES[event_type]
    if not all(has_type(value, types[name]) for name, value in present.items() if name in types):
        raise RejectedError("bad_property")


def has_type(value: object, expected: plan.PropertyType) -> bool:
    """Whether a present value is of the type the tracking plan gives it."""
    if isinstance(expected, frozenset):
        return isinstance(value, str) and value in expected
    if expected in {"count", "number"}:
        whole = expected == "count"
        return is_number(value) and (not whole or (value >= 0 and float(value).is_integer()))
    checks = {
        "uuid": is_uuid,
        "text": lambda found: isinstance(found, str),
        "flag": lambda found: isinstance(found, bool),
        "time": lambda found: isinstance(found, str) and _iso(found) is not None,
        "segment": lambda found: is_uuid(found) or (isinstance(found, str) and found in plan.SEGMENTS),
        "json": lambda _: True,
    }
    return checks[expected](value)


def is_number(value: object) -> bool:
    """A finite JSON number; true and false are not numbers."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_uuid(value: object) -> bool:
    """The canonical text form, in either case."""
    return isinstance(value, str) and UUID.fullmatch(value) is not None


def instant(value: object) -> datetime | None:
    """An ISO-8601 time with its zone as UTC, or nothing where it is not one."""
    found = _iso(value) if isinstance(value, str) else None
    return found.astimezone(UTC) if found is not None and found.tzinfo is not None else None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def keep_one_each(copies: Iterable[Event]) -> list[Event]:
    """One event per `event_id`, among copies that all passed validation.

    Copies are ordered by receipt, file name, line; no receipt time comes first. Of those received within five minutes
    of the first, the last one wins; whatever came later is a duplicate.
    """
    earliest = datetime.min.replace(tzinfo=UTC)
    by_id: dict[str, list[Event]] = defaultdict(list)
    for copy in copies:
        by_id[copy.event_id].append(copy)
    kept = []
    for same in by_id.values():
        same.sort(key=lambda copy: (copy.received or earliest, copy.file.encode(), copy.line))
        first = same[0].received or earliest
        kept.append([copy for copy in same if (copy.received or earliest) - first <= SAME_SENDING][-1])
    return kept
