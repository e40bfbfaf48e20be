"""Asks the parts of a home how they are: files, pointers, the operational store. What a state means is the domain's."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from swipesavvy.adapters.serving_files import current_build, snapshot_path
from swipesavvy.adapters.worker_state import worker_part
from swipesavvy.domain.health import Part, age_in_words, disk_part
from swipesavvy.domain.home import Home


class HomeProbes:
    """Probes of one home's folders; each answers for one part and changes nothing."""

    def __init__(self, home: Home) -> None:
        """`home` may be empty."""
        self._home = home

    def folder(self, _: datetime) -> Part:
        """Whether this process may write into the home."""
        root = self._home.root
        if not root.is_dir():
            root.mkdir(parents=True, exist_ok=True)
        if not os.access(root, os.W_OK | os.X_OK):
            return Part("home", "bad", "cannot be written; check its owner and whether its disk is read-only")
        return Part("home", "ok", "can be written")

    def disk(self, _: datetime) -> Part:
        """Free space where the home lives."""
        usage = shutil.disk_usage(self._home.root)
        return disk_part(usage.free, usage.total)

    def landing(self, now: datetime) -> Part:
        """Event files that have landed and when the last one grew."""
        changed = _changed_files(self._home.landing_events)
        if not changed:
            return Part("landing", "empty", "no events have landed yet; `swipesavvy simulate` or `import` brings some")
        last = datetime.fromtimestamp(max(changed), UTC)
        says = f"{len(changed):,} event {'file' if len(changed) == 1 else 'files'}, the last one grew {_ago(last, now)}"
        return Part("landing", "ok", says, {"files": len(changed), "last_change_at": last.isoformat()})

    def lake(self, now: datetime) -> Part:
        """What the lake holds and up to when."""
        # Imported here: the lake's engines would cost the server's start more than the rest of it.
        from swipesavvy.adapters.lake import open_lake

        lake = open_lake(self._home)
        version, data_as_of = lake.version(), lake.data_as_of()
        if data_as_of is None:
            says = "holds no customer events yet; `swipesavvy run` takes in what has landed"
            return Part("lake", "empty", says, {"version": version, "data_as_of": None})
        says = f"version {version}, newest order or customer event {_ago(data_as_of, now)}"
        return Part("lake", "ok", says, {"version": version, "data_as_of": data_as_of.isoformat()})

    def published(self, now: datetime) -> Part:
        """The snapshot readers open, and its age."""
        build_id = current_build(self._home)
        if build_id is None:
            says = "nothing published yet; `swipesavvy run` builds and publishes"
            return Part("published", "empty", says, {"build_id": None})
        # A snapshot is renamed into place once and never written again: its time is when it was published.
        at = datetime.fromtimestamp(snapshot_path(self._home, build_id).stat().st_mtime, UTC)
        age = round((now - at).total_seconds())
        says = f"build {build_id}, published {_ago(at, now)}"
        return Part("published", "ok", says, {"build_id": build_id, "published_at": at.isoformat(), "age_seconds": age})

    def worker(self, now: datetime) -> Part:
        """Whether somebody builds what lands by itself."""
        return worker_part(self._home, now)


def _changed_files(folder: Path) -> list[float]:
    try:
        with os.scandir(folder) as entries:
            return [entry.stat().st_mtime for entry in entries if ".jsonl" in entry.name]
    except FileNotFoundError:
        return []


def _ago(then: datetime, now: datetime) -> str:
    return f"{age_in_words(then, now)} ago"
