"""The collector: events in, verdicts out, acknowledged only when they are on the disk.

Belongs here: the way of a request's events, whatever route they came by: plainly valid batches the quick way
(`quick_batches`), everything else by the exact rules. Not here: HTTP (`event_routes`), validity (`domain.verdicts`).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime

from swipesavvy.api.answers import answer, answer_accepted
from swipesavvy.api.bodies import RefusedError, cut
from swipesavvy.api.cutting import cut_event
from swipesavvy.api.group_commit import GroupCommit
from swipesavvy.api.quick_batches import QuickBatch, looks_plain, quick_batch
from swipesavvy.application.collecting import SeenIds, Verdict, id_bytes, judge, landing_line
from swipesavvy.domain.errors import BusyError, SwipeSavvyError

# Fewer plain events than this are not worth a batch of their own.
_WORTH_A_BATCH = 4


@dataclass(frozen=True)
class _Judged:
    """One event: its landing line, its verdict, and how much personal data was taken out of it."""

    line: bytes
    verdict: Verdict
    scrubbed: int = 0


@dataclass
class Collector:
    """What one server process takes events with, and what it has taken since it started.

    `key` gives the secret that turns identifying user ids into pseudonyms.
    """

    log: GroupCommit
    seen: SeenIds
    clock: Callable[[], datetime]
    key: Callable[[], bytes]
    taken: Counter[str] = field(default_factory=Counter)

    async def take_body(self, body: bytes) -> bytes:
        """Land the events of one JSON body (an event or an array of up to 100) and return the answer's JSON.

        RefusedError 400 or 413 for a body that cannot be cut into events, 503 if they could not be landed.
        """
        quick = quick_batch(body, self.clock())
        if quick is None:
            return answer(await self.take(cut(body)))
        known = await self._land(quick.lines, quick.raw_ids)
        self._count(len(quick.ids), len(known), 0)
        if not known:
            return answer_accepted(quick.ids)
        return answer([Verdict(event_id, None, place in known) for place, event_id in enumerate(quick.ids)])

    async def take(self, raws: Sequence[bytes]) -> list[Verdict]:
        """Land events (each one JSON value in its own bytes) and return a verdict for each, in order.

        RefusedError 503 if they could not be landed; sending them again is safe then.
        """
        received_at = self.clock()
        judged = self._judge(raws, received_at)
        verdicts = [one.verdict for one in judged]
        ids = id_bytes([verdict.event_id or "" for verdict in verdicts if verdict.reason is None])
        known = await self._land(b"".join(one.line for one in judged), ids)
        valid = [place for place, verdict in enumerate(verdicts) if verdict.reason is None]
        for number in known:
            verdicts[valid[number]] = Verdict(verdicts[valid[number]].event_id, None, is_duplicate=True)
        self._count(len(valid), len(known), len(verdicts) - len(valid))
        self.taken["scrubbed"] += sum(one.scrubbed for one in judged)
        return verdicts

    def _judge(self, raws: Sequence[bytes], received_at: datetime) -> list[_Judged]:
        """Plain events together, the others one by one."""
        plain = [place for place, raw in enumerate(raws) if looks_plain(raw)] if len(raws) >= _WORTH_A_BATCH else []
        quick: QuickBatch | None = None
        if len(plain) >= _WORTH_A_BATCH:
            quick = quick_batch(b"[%s]" % b",".join(raws[place] for place in plain), received_at)
        done: dict[int, _Judged] = {}
        if quick is not None:
            lines = quick.lines.splitlines(keepends=True)
            for place, line, event_id in zip(plain, lines, quick.ids, strict=True):
                done[place] = _Judged(line, Verdict(event_id, None))
        key, stamp = self._key(), received_at.isoformat()
        for place, raw in enumerate(raws):
            if place not in done:
                event, scrubbed = cut_event(raw, key)
                (verdict,) = judge([event], received_at)
                done[place] = _Judged(landing_line(event.raw, stamp), verdict, scrubbed)
        return [done[place] for place in range(len(raws))]

    async def _land(self, lines: bytes, ids: bytes) -> AbstractSet[int]:
        """Put lines on the disk; `ids` are those of the valid events, the places of known ones come back."""
        if not lines:
            return frozenset()
        known = self.seen.remember(ids)
        try:
            await self.log.append(lines)
        except (BusyError, OSError) as error:
            self.seen.forget(_without_places(ids, known))
            if isinstance(error, BusyError):
                raise RefusedError(503, str(error), 2) from None
            # The events may be on the disk all the same; sending them again is safe, copies are recognised.
            raise RefusedError(503, "the events could not be written; send them again", 5) from None
        return known

    def _count(self, valid: int, duplicate: int, rejected: int) -> None:
        self.taken["accepted"] += valid - duplicate
        self.taken["duplicate"] += duplicate
        self.taken["rejected"] += rejected

    def _key(self) -> bytes:
        try:
            return self.key()
        except (OSError, SwipeSavvyError):
            says = "the secrets of this installation cannot be read; send the events again"
            raise RefusedError(503, says, 5) from None


def _without_places(ids: bytes, known: AbstractSet[int]) -> bytes:
    return b"".join(ids[16 * number : 16 * number + 16] for number in range(len(ids) // 16) if number not in known)
