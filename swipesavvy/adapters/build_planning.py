"""Decides what a build describes, names it, and answers whether the published one already describes the same."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from swipesavvy.adapters.code_version import code_version, landing_signature
from swipesavvy.adapters.durable import write_json
from swipesavvy.adapters.serving_files import current_build, published_builds
from swipesavvy.adapters.snapshots import published_plan
from swipesavvy.adapters.sources_file import write_plan
from swipesavvy.domain.builds import BuildPlan, fingerprint, name_build
from swipesavvy.domain.errors import NotBuiltYetError
from swipesavvy.domain.home import Home


@dataclass(frozen=True)
class Seen:
    """What the last published build had seen; equal values mean that a new build would say the same."""

    build_id: str
    landing: str | None
    as_of: str | None
    code_version: str
    lake_version: str


def plan_build(home: Home, as_of: datetime | None, now: datetime) -> BuildPlan:
    """Fix instant, name and files of the next build and hand them to dbt; the caller holds the warehouse lock.

    Raises:
        NotBuiltYetError: the lake holds no valid customer event or order to describe.
    """
    plan = _planned(home, as_of, now)
    write_plan(home, plan)
    return plan


def planned_fingerprint(home: Home, as_of: datetime | None, now: datetime) -> str:
    """The fingerprint the next build would have.

    Raises:
        NotBuiltYetError: the lake holds no valid customer event or order to describe.
    """
    return _planned(home, as_of, now).fingerprint


def _planned(home: Home, as_of: datetime | None, now: datetime) -> BuildPlan:
    from swipesavvy.adapters.lake import open_lake  # heavy, and a run with nothing new does not need it

    lake = open_lake(home)
    data_as_of = lake.data_as_of()
    if data_as_of is None:
        message = (
            f"{home.landing}: nothing to build: no valid customer event or order has landed; "
            "run `swipesavvy simulate` or `swipesavvy import` first, or look at `swipesavvy quarantine list`"
        )
        raise NotBuiltYetError(message)
    moment, version, code = as_of or data_as_of, lake.version(), code_version()
    mark = fingerprint(version, moment, code)
    return BuildPlan(
        build_id=name_build(now, mark, published_builds(home)),
        as_of=moment,
        data_as_of=data_as_of,
        lake_version=version,
        code_version=code,
        fingerprint=mark,
        tables={table: [str(path.resolve()) for path in files] for table, files in lake.files().items()},
        emits=as_of is None,
    )


def remember_seen(home: Home, as_of: str | None, landing: str | None) -> None:
    """Note what the published build has seen; `landing` is the signature taken before ingestion began."""
    build_id, plan = current_build(home), published_plan(home)
    if build_id is not None and plan is not None:
        seen = Seen(build_id, landing, as_of, code_version(), plan["lake_version"])
        write_json(home.warehouse / "seen.json", asdict(seen))


def standing_build(home: Home, as_of: str | None) -> str | None:
    """The published build, if neither landing, lake, code nor the instant asked for differ from what it has seen.

    Costs a directory listing and a few hashes, at most the number of the lake's newest batch; opens no snapshot.
    """
    try:
        seen = Seen(**json.loads((home.warehouse / "seen.json").read_text(encoding="utf-8")))
    except (FileNotFoundError, TypeError, ValueError):
        return None
    same = (
        seen.build_id == current_build(home)
        and seen.as_of == as_of
        and seen.landing == landing_signature(home)
        and seen.code_version == code_version()
        and seen.lake_version == _lake_version(home)
    )
    return seen.build_id if same else None


def _lake_version(home: Home) -> str:
    """Replays and erasures change the lake without anything landing, and somebody may have deleted it."""
    from swipesavvy.adapters.lake import open_lake

    return open_lake(home).version()
