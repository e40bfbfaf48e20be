"""Since when landed data waits to be published, remembered beside the warehouse so that a restart forgets nothing.

A look costs directory listings and two small reads. The instant is when somebody first noticed that something waits:
exact to the interval at which somebody looks, and no instant inside the data is trusted.
"""

import json
from datetime import datetime

from swipesavvy.adapters.durable import write_json
from swipesavvy.adapters.lake import open_lake
from swipesavvy.adapters.lake.landing import EVENT_SUFFIXES, TABLE_SUFFIXES, survey
from swipesavvy.adapters.lake.manifest import Manifest
from swipesavvy.adapters.snapshots import published_plan
from swipesavvy.domain.home import EMITTED_PREFIX, REFERENCE_TABLES, Home


def waiting_since(home: Home, now: datetime) -> datetime | None:
    """When it was first noticed that the published build lacks data that has landed; None if nothing waits.

    Each new build starts the time anew, so that a steady stream of events is not taken for a standstill.
    """
    plan = published_plan(home)
    file = home.warehouse / "waiting.json"
    if not _something_waits(home, None if plan is None else str(plan["lake_version"])):
        file.unlink(missing_ok=True)
        return None
    after = None if plan is None else str(plan["build_id"])
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
        if known["after"] == after:
            return datetime.fromisoformat(known["since"])
    except (FileNotFoundError, KeyError, TypeError, ValueError):
        pass  # never noted, or unreadable: the time begins now
    home.warehouse.mkdir(parents=True, exist_ok=True)
    write_json(file, {"after": after, "since": now.isoformat()})
    return now


def _something_waits(home: Home, published_version: str | None) -> bool:
    if _not_taken_in(home):
        return True
    lake = open_lake(home)
    return lake.data_as_of() is not None and lake.version() != published_version


def _not_taken_in(home: Home) -> bool:
    """Whether landing holds bytes the lake does not know; what builds themselves emitted is no reason for a run."""
    manifest = Manifest(home.lake / "manifest.db")
    events = survey(home.landing, home.landing_events.name, EVENT_SUFFIXES, manifest.landing(home.landing_events.name))
    if any(not file.path.name.startswith(EMITTED_PREFIX) for file in events.fresh):
        return True
    return any(survey(home.landing, name, TABLE_SUFFIXES, manifest.landing(name)).fresh for name in REFERENCE_TABLES)
