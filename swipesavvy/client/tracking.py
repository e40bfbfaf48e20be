"""The client: `track` puts an event into a queue and returns, a thread of its own sends what waits.

Belongs here: the envelope, and when to send and to try again. Not here: the queue (`waiting`), HTTP (`posting`).
"""

import atexit
import json
import logging
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from threading import Condition, Thread
from types import TracebackType
from typing import Any, Self
from uuid import UUID, uuid4

from swipesavvy.client.people import Segments, Sessions
from swipesavvy.client.posting import Answer, Outcome, Poster
from swipesavvy.client.waiting import DiskQueue, MemoryQueue, Waiting
from swipesavvy.domain.errors import BusyError, DeniedError, UsageError
from swipesavvy.domain.scrubbing import MAY_NEED_SCRUBBING, is_identifying, scrub_properties

MOST_EVENTS = 100
_MOST_REQUEST_BYTES = 900_000
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 30.0
_AT_EXIT_SECONDS = 5.0
_MAY_NEED_SCRUBBING = re.compile(MAY_NEED_SCRUBBING)

LOG = logging.getLogger(__name__)
OnRejected = Callable[[dict[str, Any], str], None]
"""Told of each event the collector rejects: the event as it was sent, and the reason."""


class Client:
    """Sends to one collector with one key. Safe to share between threads; make it after forking, not before.

    `counts` tells what became of events: accepted, duplicate (both fine), rejected, retries, and scrubbed (pieces of
    personal data taken out before they were queued).
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        source: str = "backend",
        context: Mapping[str, Any] | None = None,
        queue_dir: Path | str | None = None,
        most_waiting: int = 10_000,
        most_waiting_bytes: int = 64_000_000,
        linger: float = 1.0,
        timeout: float = 10.0,
        segment_of: Callable[[str], str | None] | None = None,
        on_rejected: OnRejected | None = None,
    ) -> None:
        """`url` is the collector's base address, `source` one of mobile, admin_portal, backend.

        With a `queue_dir` (one for each process) events wait there on disk, `most_waiting_bytes` at most, and what an
        earlier process left is sent first; without one they wait in memory, `most_waiting` at most. `context` goes with
        every event; `segment_of` is asked for a user's segment once a day, in the thread that calls `track`.
        """
        self.counts: Counter[str] = Counter()
        self._poster = Poster(url, key, timeout)
        self._source = source
        self._context = dict(context or {})
        self._linger = linger
        self._on_rejected = on_rejected
        self._sessions = Sessions()
        self._segments = None if segment_of is None else Segments(segment_of)
        self._changed = Condition()
        self._waiting: Waiting = (
            MemoryQueue(most_waiting) if queue_dir is None else DiskQueue(Path(queue_dir), most_waiting_bytes)
        )
        self._put = len(self._waiting)
        self._done = 0
        self._is_flushing = self._is_closing = False
        self._trouble = ""
        self._thread = Thread(target=self._send_until_closed, name="swipesavvy-client", daemon=True)
        self._thread.start()
        atexit.register(self.close, _AT_EXIT_SECONDS)

    def __enter__(self) -> Self:
        """The client itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Send what waits, then close."""
        self.close()

    def __len__(self) -> int:
        """How many events wait."""
        return self._put - self._done

    @property
    def trouble(self) -> str:
        """Why nothing can be sent at the moment, in one line; empty if all is well."""
        return self._trouble

    def check(self) -> None:
        """Ask the collector whether it would take events now. BusyError if not, DeniedError if the key is refused."""
        poster = self._poster.twin()
        try:
            answer = poster.post([])
        finally:
            poster.close()
        if answer.outcome is Outcome.DENIED:
            raise DeniedError(answer.says)
        if answer.outcome is not Outcome.TAKEN:
            raise BusyError(f"{answer.says}; `serve api` starts a collector")

    def track(
        self,
        event_type: str,
        properties: Mapping[str, Any] | None = None,
        *,
        user_id: str,
        session_id: str | None = None,
        timestamp: datetime | str | None = None,
        context: Mapping[str, Any] | None = None,
        event_id: str | None = None,
        source: str | None = None,
    ) -> str:
        """Queue one event and return its id. Times are aware datetimes, or ISO-8601 text with a zone; default: now.

        Without a `session_id` an event of a device or a portal gets the one of its user's session. An `event_id` of
        your own (a UUID) makes sending the same thing twice harmless. UsageError for a time without a zone and for
        values that are no JSON; BusyError if the queue is full: the event was not taken then.
        """
        origin = source or self._source
        scrubbed, cuts = _without_personal_data(properties or {}, event_type)
        described = {**self._context, **(context or {})}
        event: dict[str, Any] = {
            "event_id": event_id or str(uuid4()),
            "event_type": event_type,
            "timestamp": _instant(timestamp),
            "user_id": user_id,
            "session_id": session_id,
            "source": origin,
            "properties": scrubbed,
            "context": described,
        }
        with self._changed:
            if self._is_closing:
                raise UsageError("the client is closed; make a new one to track events")
            now = time.monotonic()
            if session_id is None and origin != "backend":
                event["session_id"] = self._sessions.of(user_id, now)
            segment = None if self._segments is None else self._segments.of(user_id, now)
            if segment is not None:
                described.setdefault("user_segment", segment)
            self._waiting.put(_encoded(event, event_type))
            self._put += 1
            self.counts["scrubbed"] += cuts
            self._changed.notify_all()
        return str(event["event_id"])

    def flush(self, timeout: float | None = None) -> bool:
        """Send without lingering what has been tracked so far; whether all of it is delivered within so many seconds.

        Waits as long as it takes without a `timeout`.
        """
        with self._changed:
            wanted = self._put
            self._is_flushing = True
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self._done >= wanted or self._is_closing, timeout) and (
                self._done >= wanted
            )

    def close(self, timeout: float = 30.0) -> int:
        """Send what waits for at most so many seconds, stop, and return how many events were not delivered.

        Those stay in the `queue_dir` for the next client; without one they are lost, and that is logged as an error.
        """
        if self._is_closing:
            return len(self)
        atexit.unregister(self.close)
        self.flush(timeout)
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        self._thread.join()
        self._poster.close()
        left = len(self)
        if left and isinstance(self._waiting, MemoryQueue):
            LOG.error("%d events were not delivered and are lost: %s", left, self._trouble or "no time was left")
        elif left:
            LOG.warning("%d events wait on disk for the next client: %s", left, self._trouble or "no time was left")
        self._waiting.close()
        return left

    def _send_until_closed(self) -> None:
        most, failures = MOST_EVENTS, 0
        while (batch := self._next_batch(most)) is not None:
            answer = self._poster.post(batch)
            if answer.outcome is Outcome.TAKEN:
                self._settle(batch, answer)
                most, failures = MOST_EVENTS, 0
            elif answer.outcome is Outcome.SMALLER and len(batch) > 1:
                most = (len(batch) + 1) // 2
            elif answer.outcome is Outcome.SMALLER:
                # Alone and still refused: it would be refused for ever.
                self._settle(batch, Answer(Outcome.TAKEN, ({"status": "rejected", "reason": answer.says},)))
                most = MOST_EVENTS
            else:
                self._wait_after(answer, failures)
                failures += 1

    def _next_batch(self, most: int) -> list[bytes] | None:
        """What to send next, once there is something and it has lingered; None when the client closes."""
        with self._changed:
            self._changed.wait_for(lambda: len(self) or self._is_closing)
            self._changed.wait_for(self._is_due, self._linger)
            if len(self) == 0:
                self._is_flushing = False
            return None if self._is_closing else self._waiting.first(most, _MOST_REQUEST_BYTES)

    def _is_due(self) -> bool:
        return self._is_closing or self._is_flushing or len(self) >= MOST_EVENTS

    def _settle(self, batch: list[bytes], answer: Answer) -> None:
        with self._changed:
            self._waiting.done(len(batch))
            self._done += len(batch)
            self._trouble = ""
            if len(self) == 0:
                self._is_flushing = False
            for result in answer.results:
                self.counts[str(result.get("status"))] += 1
            self._changed.notify_all()
        for line, result in zip(batch, answer.results, strict=True):
            if result.get("status") == "rejected":
                self._tell_rejected(json.loads(line), str(result.get("reason")))

    def _tell_rejected(self, event: dict[str, Any], reason: str) -> None:
        LOG.warning("the collector rejected %s %s: %s", event["event_type"], event["event_id"], reason)
        if self._on_rejected is None:
            return
        try:
            self._on_rejected(event, reason)
        except Exception:
            LOG.exception("on_rejected failed")

    def _wait_after(self, answer: Answer, failures: int) -> None:
        """Wait as long as the collector asks, or twice as long each time, less a random part so that clients spread."""
        longest = min(_FIRST_PAUSE * 2.0 ** min(failures, 16), _LONGEST_PAUSE)
        pause = longest * (0.5 + random.random() / 2)  # noqa: S311 - spreads load, guards nothing
        if answer.outcome is Outcome.DENIED:
            pause = _LONGEST_PAUSE
        if answer.says != self._trouble:
            LOG.warning("%s; %d events wait", answer.says, len(self))
        with self._changed:
            self.counts["retries"] += 1
            self._trouble = answer.says
            self._waiting.sync()
            self._changed.wait_for(
                lambda: self._is_closing, pause if answer.retry_after is None else answer.retry_after
            )


def _without_personal_data(properties: Mapping[str, Any], event_type: str) -> tuple[dict[str, Any], int]:
    """Properties without personal data, as plain JSON values where there was any, and how much was taken out.

    An identifying `user_id` stays: only the collector can turn it into a pseudonym.
    """
    text = _encoded(properties, event_type)
    if _MAY_NEED_SCRUBBING.search(text.decode("ascii")) is None:
        return dict(properties), 0
    plain = json.loads(text)
    kept = {name: plain.pop(name) for name in ("user_id",) if is_identifying(str(plain.get(name)))}
    scrubbed, cuts = scrub_properties(plain, event_type)
    return {**scrubbed, **kept}, cuts


def _instant(timestamp: datetime | str | None) -> str:
    if timestamp is None:
        return datetime.now(UTC).isoformat()
    if isinstance(timestamp, str):
        return timestamp
    if timestamp.tzinfo is None:
        raise UsageError(f"the timestamp {timestamp.isoformat()} has no zone; pass an aware datetime, UTC at best")
    return timestamp.astimezone(UTC).isoformat()


def _encoded(value: Mapping[str, Any], event_type: str) -> bytes:
    try:
        return json.dumps(value, default=_plain, allow_nan=False, separators=(",", ":")).encode("ascii")
    except (TypeError, ValueError) as error:
        raise UsageError(f"the {event_type} event cannot be written as JSON: {error}") from None


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} values are not supported")
