"""What the collector writes is what the lake reads, and both judge envelopes alike."""

import json
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from swipesavvy.adapters.lake import open_lake
from swipesavvy.domain.home import Home


def event(**changes: Any) -> str:
    """An event of this moment as JSON."""
    base = {
        "event_id": str(uuid.uuid4()),
        "event_type": "user_engaged",
        "timestamp": datetime.now(UTC).isoformat(),
        "user_id": "u1",
        "source": "mobile",
        "properties": {},
    }
    return json.dumps({**base, **changes})


def test_the_lake_takes_in_what_the_collector_acknowledged(
    collect: Callable[..., httpx.Response], client: httpx.Client, home: Home
) -> None:
    now = datetime.now(UTC)
    pieces = [
        event(),
        event(event_type="never_heard_of"),
        event(received_at="1990-01-01T00:00:00Z"),
        event(event_id=str(uuid.uuid4()).upper(), timestamp=(now - timedelta(days=2)).isoformat()),
        event(event_id="7"),
        event(event_id=None),
        event(user_id=7),
        event(event_type=""),
        event(timestamp="yesterday"),
        event(timestamp=now.replace(tzinfo=None).isoformat()),
        event(timestamp=(now + timedelta(minutes=6)).isoformat()),
        event(timestamp=(now - timedelta(days=31)).isoformat()),
        event(source="web"),
        event(source=["mobile"]),
        event(session_id=7),
        event(properties=[1]),
        event(context="iOS"),
        event(properties=None, context=None, session_id=None),
        '{"event_id": 1, "event_id": 2}',
        '{"a": NaN}',
        '{"a": "\\ud800"}',
        "[1,\n2]",
        "5",
    ]
    answer = collect(content=f"[{', '.join(pieces)}]").json()
    told = Counter(result["reason"] for result in answer["results"] if result["status"] == "rejected")
    lake = open_lake(home)
    lake.ingest_events(datetime.now(UTC))
    (row,) = lake.ledger()
    assert (row.landed, row.clean) == (len(pieces), answer["accepted"])
    assert Counter(row.quarantined) == told
    part = client.get("/health").json()["parts"]["lake"]
    assert part["state"] == "ok"
    assert part["data_as_of"]
