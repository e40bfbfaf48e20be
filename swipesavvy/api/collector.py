"""The collector: events in, verdicts out, acknowledged only when they are on the disk.

Belongs here: the way of a request's events, whatever route they came by. Not here: HTTP (`event_routes`), whether an
event is valid (`domain.verdicts`).
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime

from swipesavvy.api.bodies import RefusedError
from swipesavvy.api.cutting import cut_event
from swipesavvy.application.collecting import EventLog, SeenIds, Verdict, judge, landing_line, mark_duplicates
from swipesavvy.domain.errors import BusyError


@dataclass
class Collector:
    """What one server process takes events with, and what it has taken since it started.

    `key` gives the secret that turns identifying user ids into pseudonyms.
    """

    log: EventLog
    seen: SeenIds
    clock: Callable[[], datetime]
    key: Callable[[], bytes]
    taken: Counter[str] = field(default_factory=Counter)

    async def take(self, raws: Sequence[bytes]) -> list[Verdict]:
        """Land events (each one JSON value in its own bytes) and return a verdict for each, in order.

        RefusedError 503 if they could not be landed; sending them again is safe then.
        """
        received_at = self.clock()
        key = self._key()
        cuts = [cut_event(raw, key) for raw in raws]
        verdicts, fresh = mark_duplicates(judge([event for event, _ in cuts], received_at), self.seen)
        stamp = received_at.isoformat()
        await self.land(b"".join(landing_line(event.raw, stamp) for event, _ in cuts), fresh)
        self.taken.update(verdict.status for verdict in verdicts)
        self.taken["scrubbed"] += sum(count for _, count in cuts)
        return verdicts

    async def land(self, lines: bytes, fresh: bytes) -> None:
        """Put whole lines on the disk; `fresh` are the ids that count as new only if that works out.

        RefusedError 503 if it does not.
        """
        if not lines:
            return
        try:
            await _done(self.log.append(lines))
        except BusyError as error:
            self.seen.forget(fresh)
            raise RefusedError(503, str(error), 2) from None
        except OSError:
            self.seen.forget(fresh)
            # The events may be on the disk all the same; sending them again is safe, copies are recognised.
            raise RefusedError(503, "the events could not be written; send them again", 5) from None

    def _key(self) -> bytes:
        try:
            return self.key()
        except OSError:
            raise RefusedError(
                503, "the secrets of this installation cannot be read; send the events again", 5
            ) from None


async def _done(landed: Future[None]) -> None:
    await asyncio.wrap_future(landed)
