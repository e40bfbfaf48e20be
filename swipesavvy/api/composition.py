"""The one place where the HTTP surface meets the adapters: builds what a server process needs and closes it again."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from threading import Lock

from swipesavvy.adapters.health import HomeProbes
from swipesavvy.adapters.landing_log import LandingLog
from swipesavvy.adapters.ops import OpsStore, open_ops
from swipesavvy.adapters.people import keys_of
from swipesavvy.api.collector import Collector
from swipesavvy.api.door import Door
from swipesavvy.api.health import Health
from swipesavvy.domain.health import Part
from swipesavvy.domain.keys import ApiKey
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
        kind = self.store().ping()
        return Part("operational_store", "ok", f"{kind} answers", {"kind": kind})

    def close(self) -> None:
        """Close the store if it was opened."""
        if self._store is not None:
            self._store.close()


@dataclass(frozen=True)
class Services:
    """What one server process holds while it runs."""

    health: Health
    collector: Collector
    log: LandingLog
    ops: LateOps

    def close(self) -> None:
        """Write what waits, then give everything back."""
        self.log.close()
        self.ops.close()


def compose(settings: Settings, answers: Counter[int]) -> Services:
    """Open what the API needs. `answers` are the responses so far by status, counted elsewhere."""
    home = settings.paths()
    ops = LateOps(settings)
    log = LandingLog(home.landing_events, _now)
    collector = Collector(Door(ops.authenticate, time.monotonic), log, _now)
    probes = HomeProbes(home)
    health = Health(
        probes=(
            ("home", probes.folder),
            ("disk", probes.disk),
            ("landing", probes.landing),
            ("lake", probes.lake),
            ("published", probes.published),
            ("operational_store", ops.probe),
            ("collector", _collector_probe(collector, log, answers)),
        ),
        clock=_now,
        version=version("swipesavvy"),
        started_at=_now(),
    )
    return Services(health, collector, log, ops)


def _collector_probe(collector: Collector, log: LandingLog, answers: Counter[int]) -> Callable[[datetime], Part]:
    def probe(_: datetime) -> Part:
        accepted, rejected = collector.taken["accepted"], collector.taken["rejected"]
        details = {"accepted": accepted, "rejected": rejected}
        details |= {f"answers_{status}": count for status, count in sorted(answers.items())}
        if log.last_error is not None:
            return Part("collector", "bad", f"cannot write events: {log.last_error}", {**details})
        says = f"{accepted:,} events accepted and {rejected:,} rejected since the start"
        return Part("collector", "ok", says, {**details})

    return probe


def _now() -> datetime:
    return datetime.now(UTC)
