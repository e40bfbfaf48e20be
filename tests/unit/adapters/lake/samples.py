"""One valid event of every known type, and a way to judge lines as an ingest does."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from swipesavvy.adapters.lake.landing import EVENT_SUFFIXES, survey
from swipesavvy.adapters.lake.lines import LineReader
from swipesavvy.adapters.lake.staging import Stage, lake_connection
from swipesavvy.domain.event_contract import EventType, Kind, Property
from swipesavvy.domain.events import EVENT_TYPES, properties_of

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ID = "6f9619ff-8b86-4011-b42d-00c04fc964ff"
GOOD: dict[Kind, Any] = {
    Kind.UUID: ID,
    Kind.SEGMENT: "HIGH_SPENDER",
    Kind.TEXT: "some text",
    Kind.INTEGER: 3,
    Kind.NUMBER: 1,
    Kind.MONEY: 12.5,
    Kind.SCORE: 0.5,
    Kind.FLAG: True,
    Kind.INSTANT: "2026-11-20T09:00:00Z",
    Kind.DOCUMENT: {"any": ["thing"]},
    Kind.TEXT_OR_NUMBER: "yes",
}
"""A valid value of each kind."""


def valid(prop: Property) -> Any:
    """A valid value of a property."""
    if prop.kind is Kind.CHOICE:
        return prop.choices[-1]
    return {member.name: valid(member) for member in prop.members} if prop.members else GOOD[prop.kind]


def event(name: str, changed: dict[str, Any] | None = None, **envelope: Any) -> dict[str, Any]:
    """A valid event of a type, with some properties (`changed`) or envelope fields replaced; `...` leaves one out."""
    declared: EventType | None = EVENT_TYPES.get(name)
    own = {prop.name: valid(prop) for prop in properties_of(declared)} if declared else {}
    whole = {
        "event_id": ID,
        "event_type": name,
        "timestamp": "2026-11-20T10:00:00Z",
        "user_id": "u1",
        "session_id": "s1",
        "source": "backend",
        "properties": _without_gaps(own | (changed or {})),
        "context": {"app_version": "1.0", "platform": "iOS"},
        "received_at": "2026-11-20T10:00:30Z",
    }
    return _without_gaps(whole | envelope)


def _without_gaps(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not ...}


@dataclass(frozen=True)
class Judged:
    """What became of the lines: (line, reason, detail) of the refused ones, columns of the others by line."""

    refused: dict[int, tuple[str, str | None]]
    kept: dict[int, dict[str, Any]]


def judge(folder: Path, *lines: str | bytes | dict[str, Any]) -> Judged:
    """Judge lines (objects are written as JSON) with the clock at NOW."""
    texts = [json.dumps(line).encode() if isinstance(line, dict) else line for line in lines]
    data = b"\n".join(text.encode() if isinstance(text, str) else text for text in texts) + b"\n"
    (folder / "events").mkdir(parents=True, exist_ok=True)
    (folder / "events" / "a.jsonl").write_bytes(data)
    reader = LineReader(survey(folder, "events", EVENT_SUFFIXES, {}).fresh, 1 << 20)
    with lake_connection(folder / "spill") as connection:
        stage = Stage(connection, NOW, lambda: b"key")
        for chunk in reader.chunks():
            stage.add(chunk)
            stage.name_files(chunk.files)
        refused = stage.rows("SELECT landing_line, reason, detail FROM refused")
        cursor = connection.execute("SELECT * FROM events")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return Judged({line: (reason, detail) for line, reason, detail in refused}, {r["landing_line"]: r for r in rows})
