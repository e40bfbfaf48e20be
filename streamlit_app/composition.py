"""The one place that joins the dashboard to adapters and settings; everything else is given what this hands out.

Answers are kept per build, in a bounded cache that all people share: they are aggregates without a person in them, and
a published build never changes.
"""

import atexit
import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from threading import Lock
from typing import Concatenate, TypeVar

from swipesavvy.adapters.alerting import alerting_of
from swipesavvy.adapters.landing_log import LandingLog
from swipesavvy.adapters.ops import open_ops
from swipesavvy.adapters.people import people_of
from swipesavvy.adapters.serving import Serving
from swipesavvy.application.alerting import Alerting
from swipesavvy.application.metric_queries import BuildInfo, SnapshotReader
from swipesavvy.application.people import People
from swipesavvy.application.portal_tracking import PortalTracking
from swipesavvy.domain.home import EMITTED_PREFIX
from swipesavvy.settings import Settings

ANSWERS_KEPT = 512
LOG = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class Desk:
    """One published build and the answers already fetched from it."""

    def __init__(self, snapshot: SnapshotReader) -> None:
        """`snapshot` stays open for as long as somebody uses this desk."""
        self.snapshot = snapshot
        self._kept = lru_cache(maxsize=ANSWERS_KEPT)(lambda question, arguments: question(snapshot, *arguments))

    @property
    def build(self) -> BuildInfo:
        """Which build every answer comes from."""
        return self.snapshot.build

    def ask(self, question: Callable[Concatenate[SnapshotReader, ...], Answer], *arguments: Hashable) -> Answer:
        """The answer to a question of `application`; asked once per build and arguments."""
        answer: Answer = self._kept(question, arguments)
        return answer


class Reading:
    """The published builds of one home."""

    def __init__(self, serving: Serving) -> None:
        """Nothing is opened yet."""
        self._serving = serving
        self._lock = Lock()
        self._desk: Desk | None = None

    def published(self) -> str | None:
        """The name of the build published last; cheap enough to ask every few seconds."""
        return self._serving.current_name()

    def desk(self) -> Desk:
        """The build to read now; NotBuiltYetError if there is none."""
        snapshot = self._serving.current()
        with self._lock:
            if self._desk is None or self._desk.snapshot is not snapshot:
                self._desk = Desk(snapshot)
            return self._desk


@dataclass(frozen=True)
class Services:
    """What pages and routes work with."""

    people: People
    alerting: Alerting
    reading: Reading
    session_cookie: str
    session_hours: int
    portal: PortalTracking | None


def services() -> Services:
    """The services of the home that the settings of this moment name; one set per home and process."""
    return _services_of(_Key(Settings()))


def now() -> datetime:
    """The wall clock; pages and rules are given the time from here."""
    return datetime.now(UTC)


class _Key:
    """Settings as a cache key."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._text = settings.model_dump_json()

    def __hash__(self) -> int:
        return hash(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._text == other._text


@lru_cache(maxsize=4)
def _services_of(key: _Key) -> Services:
    settings = key.settings
    store = open_ops(settings)
    return Services(
        people=people_of(store, settings),
        alerting=alerting_of(store, settings),
        reading=Reading(Serving(settings.paths())),
        # The port is part of the name: browsers share cookies between the ports of a host, homes share nothing.
        session_cookie=f"swipesavvy_session_{settings.dashboard_port}",
        session_hours=settings.session_hours,
        portal=_portal(settings) if settings.track_usage else None,
    )


def _portal(settings: Settings) -> PortalTracking:
    """Tracking whose visits land at the latest when the process ends.

    The files are named like those of builds: that somebody looks is no reason for another build.
    """
    log = LandingLog(settings.paths().landing_events, now, name=f"{EMITTED_PREFIX}portal")
    tracking = PortalTracking(log, lambda error: LOG.warning("a visit could not be written to landing: %s", error))

    def close() -> None:
        tracking.close(now())
        log.close()

    atexit.register(close)
    return tracking
