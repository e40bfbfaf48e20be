"""Events of builds on their way into landing: one file per UTC day described, appended durably, no id twice.

Belongs here: the file. Which events there are is decided in `application.build_reports`.
"""

import json
import os
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from swipesavvy.adapters.durable import sync_folder
from swipesavvy.domain.home import Home


def append_emitted(home: Home, day: date, events: Iterable[Mapping[str, Any]]) -> list[str]:
    """Append the events that the day's file does not hold yet; returns their ids once they survive a power cut.

    The caller holds the warehouse lock: nobody else writes this file. A last line that a crash cut short was never
    taken in and is cut off.
    """
    path = home.emitted_file(day)
    known = _known_ids(path)
    lines: dict[str, bytes] = {}
    for event in events:
        if event["event_id"] not in known:
            text = json.dumps(event, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
            lines.setdefault(event["event_id"], text.encode() + b"\n")
    if lines:
        _append(path, b"".join(lines.values()))
    return list(lines)


def _known_ids(path: Path) -> set[str]:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return set()
    whole = content[: content.rfind(b"\n") + 1]
    return {json.loads(line)["event_id"] for line in whole.splitlines()}


def _append(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_CREAT | os.O_RDWR, 0o640)
    try:
        content = os.pread(file, os.fstat(file).st_size, 0)
        end = content.rfind(b"\n") + 1
        os.ftruncate(file, end)
        while data:
            written = os.pwrite(file, data, end)
            data, end = data[written:], end + written
        os.fsync(file)
    finally:
        os.close(file)
    sync_folder(path.parent)
