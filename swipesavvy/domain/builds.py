"""What a build is: its plan, its name, its fingerprint, and which snapshots are kept. No disk, no clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

from swipesavvy.domain.errors import BadInputError

STAMP = "%Y%m%dT%H%M%SZ"
NEWEST_KEPT = 3
MONTH_ENDS_KEPT = 13


@dataclass(frozen=True)
class BuildPlan:
    """What one build describes and from which files; fixed before the first model runs.

    `tables` maps a source table to the Parquet files that hold it; instants are aware UTC. `data_as_of` is the newest
    customer event or order of the lake, whatever `as_of` was asked for. `emits` says whether the build may tell the
    world (events, alerts): never one of an instant that somebody asked for.
    """

    build_id: str
    as_of: datetime
    data_as_of: datetime
    lake_version: str
    code_version: str
    fingerprint: str
    tables: dict[str, list[str]] = field(default_factory=dict)
    emits: bool = True


def parse_as_of(text: str) -> datetime:
    """An instant in UTC from `YYYY-MM-DD` (the end of that day) or ISO-8601; a time without a zone is UTC.

    Raises:
        BadInputError: the text is neither.
    """
    try:
        if len(text) == len("YYYY-MM-DD"):
            return datetime.combine(date.fromisoformat(text), time.max, UTC)
        moment = datetime.fromisoformat(text)
    except ValueError:
        message = f"--as-of {text}: not a date (YYYY-MM-DD) or an ISO-8601 time; write for example 2026-11-21"
        raise BadInputError(message) from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def fingerprint(lake_version: str, as_of: datetime, code_version: str) -> str:
    """What decides every number of a build, as one hash: the same value means the same metrics."""
    return sha256("\n".join((lake_version, as_of.isoformat(), code_version)).encode()).hexdigest()


def name_build(now: datetime, fingerprint_: str, taken: Iterable[str]) -> str:
    """A name never used before in this home, sorting by the time of the build: `20261121T101500Z-1a2b3c4d`."""
    names = set(taken)
    moment = now
    while any(name.startswith(moment.strftime(STAMP)) for name in names):
        moment += timedelta(seconds=1)
    return f"{moment.strftime(STAMP)}-{fingerprint_[:8]}"


def built_at(build_id: str) -> datetime:
    """The instant in a build's name.

    Raises:
        BadInputError: the name is not one of ours.
    """
    try:
        return datetime.strptime(build_id.split("-", maxsplit=1)[0], STAMP).replace(tzinfo=UTC)
    except ValueError:
        message = f"{build_id}: not the name of a build; snapshots are named like 20261121T101500Z-1a2b3c4d"
        raise BadInputError(message) from None


def snapshots_to_keep(build_ids: Sequence[str], pinned: Iterable[str], now: datetime) -> set[str]:
    """The newest three, the last one of each of the latest 13 calendar months, and the pinned ones."""
    ordered = sorted(build_ids)
    kept = set(ordered[-NEWEST_KEPT:]) | (set(pinned) & set(ordered))
    this_month = now.year * 12 + now.month
    last_of_month: dict[int, str] = {}
    for build_id in ordered:
        moment = built_at(build_id)
        last_of_month[moment.year * 12 + moment.month] = build_id
    return kept | {
        build_id for month, build_id in last_of_month.items() if this_month - MONTH_ENDS_KEPT < month <= this_month
    }
