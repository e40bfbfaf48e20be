"""Use case: what staff do in the portal becomes staff events that land like all others.

Belongs here: the events of actions, and visits to sections of the dashboard with the time they took. Not here: which
page is which section, and who is signed in (the pages know), nor the file (the log's matter).
"""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any
from uuid import uuid4

from swipesavvy.application.collecting import EventLog, landing_line
from swipesavvy.domain.errors import BusyError
from swipesavvy.domain.event_contract import Actor
from swipesavvy.domain.events import EVENT_TYPES, STAFF_SOURCE
from swipesavvy.domain.people import Person
from swipesavvy.domain.scrubbing import scrub_properties

IDLE_AFTER = timedelta(minutes=30)
"""Without a sign of life for this long a visit is over; it ended with the last sign."""


@dataclass(frozen=True)
class Visit:
    """Somebody looks at one section with the same filters."""

    person: Person
    section: str
    filters: Mapping[str, Any]
    opened_at: datetime
    last_seen_at: datetime


class PortalTracking:
    """Tracks one portal; safe to share between threads. A landing that fails is told to `on_failure`, never raised."""

    def __init__(self, log: EventLog, on_failure: Callable[[Exception], None]) -> None:
        """`log` appends durably; `on_failure` hears why an event could not be appended."""
        self._log = log
        self._on_failure = on_failure
        self._lock = Lock()
        self._visits: dict[str, Visit] = {}

    def act(self, event_type: str, properties: Mapping[str, Any], person: Person, session: str, now: datetime) -> str:
        """Land a staff event of this moment and return its id. ValueError if the type is no staff event."""
        declared = EVENT_TYPES.get(event_type)
        if declared is None or declared.actor is not Actor.STAFF:
            raise ValueError(f"{event_type} is no staff event")
        return self._append(event_type, properties, person, session, (now, now))

    def look(self, session: str, person: Person, section: str, filters: Mapping[str, Any], now: datetime) -> None:
        """A sign of life: the session (one browser tab) shows a section with these filters.

        The visit lands as one `dashboard_accessed` when it ends: with the next section or other filters, when the
        session says nothing for half an hour, or with `close`.
        """
        with self._lock:
            ended = [(key, visit) for key, visit in self._visits.items() if now - visit.last_seen_at >= IDLE_AFTER]
            for key, _ in ended:
                del self._visits[key]
            visit = self._visits.get(session)
            if visit is not None and (visit.person, visit.section, visit.filters) == (person, section, filters):
                self._visits[session] = replace(visit, last_seen_at=now)
            else:
                if visit is not None:
                    # Whoever turns to another section has looked at this one until now.
                    ended.append((session, replace(visit, last_seen_at=now)))
                self._visits[session] = Visit(person, section, dict(filters), now, now)
        for key, past in ended:
            self._land_visit(key, past, now)

    def close(self, now: datetime) -> None:
        """Land the visits that are still going on."""
        with self._lock:
            open_visits, self._visits = self._visits, {}
        for session, visit in open_visits.items():
            self._land_visit(session, visit, now)

    def _land_visit(self, session: str, visit: Visit, now: datetime) -> None:
        properties = {
            "user_id": visit.person.person_id,
            "user_role": visit.person.role.value,
            "dashboard_section": visit.section,
            "time_spent_seconds": int((visit.last_seen_at - visit.opened_at).total_seconds()),
            "filters_applied": dict(visit.filters),
        }
        self._append("dashboard_accessed", properties, visit.person, session, (visit.opened_at, now))

    def _append(
        self,
        event_type: str,
        properties: Mapping[str, Any],
        person: Person,
        session: str,
        times: tuple[datetime, datetime],
    ) -> str:
        """Land an event; `times` are when it happened and now."""
        happened_at, now = times
        event_id = str(uuid4())
        event = {
            "event_id": event_id,
            "event_type": event_type,
            "timestamp": happened_at.astimezone(UTC).isoformat(),
            "user_id": person.person_id,
            "session_id": session,
            "source": STAFF_SOURCE,
            "properties": scrub_properties(properties, event_type)[0],
            "context": {"platform": "Web"},
        }
        line = landing_line(json.dumps(event, ensure_ascii=True, allow_nan=False).encode(), now.isoformat())
        try:
            self._log.append(line).add_done_callback(self._told)
        except BusyError as error:
            self._on_failure(error)
        return event_id

    def _told(self, landed: Future[None]) -> None:
        error = landed.exception()
        if isinstance(error, Exception):
            self._on_failure(error)
