"""History handed in on request: a file becomes a landing file under a name of its own, with a record of who and why.

The record lies beside the landing files, because the lake can be rebuilt from them; the manifest keeps what of it has
been taken in. Belongs here: records, the copy, and when they reach the manifest. Not here: that no line of such a file
is too old (`staging`), nor taking lines in.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from swipesavvy.adapters.durable import replacing, write_json
from swipesavvy.adapters.lake.files import EVENTS
from swipesavvy.adapters.lake.landing import EVENT_SUFFIXES
from swipesavvy.adapters.lake.manifest import Backfill
from swipesavvy.application.ingestion import BackfillRequest
from swipesavvy.domain.errors import BadInputError
from swipesavvy.domain.home import Home

_COPY_BYTES = 1 << 20


def land_backfill(home: Home, file: Path, request: BackfillRequest, now: datetime) -> tuple[str, bool]:
    """Copy a file of events into landing as history; its landing name, and whether the same bytes lay there already.

    The caller holds the lock of the lake. Raises BadInputError: it is no readable file of JSON lines, or empty.
    """
    suffix = next((end for end in sorted(EVENT_SUFFIXES, key=len, reverse=True) if file.name.endswith(end)), None)
    if not file.is_file():
        raise BadInputError(f"{file}: is no file; name one file of events, one JSON object a line")
    if suffix is None:
        raise BadInputError(
            f"{file}: is none of {', '.join(EVENT_SUFFIXES)}; events are taken in one JSON object a line"
        )
    try:
        with file.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").hexdigest()
            if source.tell() == 0:
                raise BadInputError(f"{file}: is empty; there is nothing to take in")
            target = home.landing_events / f"backfill-{digest[:16]}{suffix}"
            name = f"{EVENTS}/{target.name}"
            if target.exists():
                return name, True
            # Before the copy appears: a killed request must not leave lines that are taken in as too old.
            record_backfills(home, [Backfill(name, request.reason, request.requested_by, now, digest)])
            source.seek(0)
            _copy(source, target, digest)
    except OSError as error:
        raise BadInputError(
            f"{file}: could not be copied to {home.landing_events} ({error.strerror or error})"
        ) from error
    return name, False


def _clear_leftovers(home: Home) -> None:
    """Remove what killed requests left: a copy may be large."""
    for path in (*home.landing_events.glob(".backfill-*.tmp"), *_folder(home).glob(".*.tmp")):
        path.unlink(missing_ok=True)


def _copy(source: BinaryIO, target: Path, digest: str) -> None:
    copied = hashlib.sha256()
    with replacing(target) as temporary:
        with temporary.open("xb") as copy:
            while data := source.read(_COPY_BYTES):
                copied.update(data)
                copy.write(data)
        if copied.hexdigest() != digest:
            raise BadInputError(f"{source.name}: changed while it was being copied; call again once it is complete")


def record_backfills(home: Home, backfills: Sequence[Backfill]) -> None:
    """Make records durable beside the landing files; the same record twice is one. The caller holds the lake's lock."""
    _clear_leftovers(home)
    for found in backfills:
        value = {
            "landing_file": found.landing_file,
            "through_line": found.through_line,
            "reason": found.reason,
            "requested_by": found.requested_by,
            "requested_at": found.requested_at.astimezone(UTC).isoformat(),
            "digest": found.digest,
        }
        mark = hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
        write_json(_folder(home) / f"{mark}.json", value)


def recorded_backfills(home: Home) -> list[Backfill]:
    """Every record beside the landing files, oldest first. BadInputError names a damaged one."""
    found = []
    for path in sorted(_folder(home).glob("*.json")):
        if path.name.startswith("."):
            continue
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            value["requested_at"] = datetime.fromisoformat(value["requested_at"])
            found.append(Backfill(**value))
        except (ValueError, TypeError, KeyError) as error:
            raise BadInputError(f"{path}: is no record of a backfill ({error}); restore or remove it") from error
    return sorted(found, key=lambda backfill: (backfill.requested_at, backfill.landing_file))


def _folder(home: Home) -> Path:
    return home.landing / "backfills"
