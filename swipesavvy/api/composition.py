"""The one place where the HTTP surface meets the adapters: builds what a server process needs and closes it again."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from threading import Lock

from swipesavvy.adapters.health import HomeProbes
from swipesavvy.adapters.home_secrets import USER_IDS, home_secret
from swipesavvy.adapters.landing_log import LandingLog
from swipesavvy.adapters.ops import OpsStore, open_ops
from swipesavvy.adapters.people import keys_of
from swipesavvy.adapters.seen_ids import SeenEventIds
from swipesavvy.adapters.segment_mappings import load_segment_mapping
from swipesavvy.api.collector import Collector
from swipesavvy.api.door import Door
from swipesavvy.api.group_commit import GroupCommit
from swipesavvy.api.health import Health
from swipesavvy.domain.health import Part
from swipesavvy.domain.keys import ApiKey
from swipesavvy.domain.segment_mapping import SegmentMapping
from swipesavvy.settings import Settings


class LateOps:
    """The operational store, opened when first needed: if it is down, the health page must still be there to say so."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._store: OpsStore | None = None

    def store(self) -> OpsStore:
        """The open store; raises what opening raises, and tries again next time."""
        with self._lock:
            if self._store is None:
                self._store = open_ops(self._settings)
            return self._store

    def authenticate(self, secret: str) -> ApiKey | None:
        """The key in force whose secret this is."""
        return keys_of(self.store()).authenticate(secret)

    def probe(self, _: datetime) -> Part:
        """Whether the store answers."""
        store = self.store()
        kind, use = store.ping(), store.use
        details: dict[str, str | int | float | bool | None] = {"requests": use.requests, "failures": use.failures}
        return Part("operational_store", "ok", f"{kind} answers", {"kind": kind, **details})

    def close(self) -> None:
        """Close the store if it was opened."""
        if self._store is not None:
            self._store.close()


@dataclass(frozen=True)
class Services:
    """What one server process holds while it runs."""

    health: Health
    door: Door
    collector: Collector
    seen: SeenEventIds
    log: LandingLog
    ops: LateOps

    def close(self) -> None:
        """Write what waits, then give everything back."""
        self.log.close()
        self.ops.close()


def segment_mapping(settings: Settings) -> SegmentMapping:
    """The names of Segment's messages. BadInputError names the place of a mistake in the home's own file."""
    return load_segment_mapping(settings.paths())


def compose(settings: Settings, answers: Counter[int]) -> Services:
    """Open what the API needs. `answers` are the responses so far by status, counted elsewhere."""
    home = settings.paths()
    ops = LateOps(settings)
    log = LandingLog(home.landing_events, _now)
    seen = SeenEventIds(home)
    seen.refresh()
    seen.load_landing()
    collector = Collector(GroupCommit(log), seen, _now, cache(lambda: home_secret(home, USER_IDS)))
    probes = HomeProbes(home)
    health = Health(
        probes=(
            ("home", probes.folder),
            ("disk", probes.disk),
            ("landing", probes.landing),
            ("lake", probes.lake),
            ("published", probes.published),
            ("worker", probes.worker),
            ("operational_store", ops.probe),
            ("collector", _collector_probe(collector, log, answers)),
        ),
        clock=_now,
        version=version("swipesavvy"),
        started_at=_now(),
    )
    return Services(health, Door(ops.authenticate, time.monotonic), collector, seen, log, ops)


def _collector_probe(collector: Collector, log: LandingLog, answers: Counter[int]) -> Callable[[datetime], Part]:
    def probe(_: datetime) -> Part:
        details = {name: collector.taken[name] for name in ("accepted", "duplicate", "rejected", "scrubbed")}
        details |= {f"answers_{status}": count for status, count in sorted(answers.items())}
        if log.last_error is not None:
            return Part("collector", "bad", f"cannot write events: {log.last_error}", {**details})
        says = f"{details['accepted']:,} events accepted and {details['rejected']:,} rejected since the start"
        return Part("collector", "ok", says, {**details})

    return probe


def _now() -> datetime:
    return datetime.now(UTC)
