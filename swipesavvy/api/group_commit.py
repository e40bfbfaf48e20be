"""Group commit as the event loop sees it: what arrives while the disk is busy goes down together.

One append is under way at a time, so that a group wakes the loop once, however many requests wait for it. Nobody
lingers for company: an idle collector appends at once. Not here: files and syncs (the log's matter).
"""

import asyncio
from concurrent.futures import Future

from swipesavvy.application.collecting import EventLog
from swipesavvy.domain.errors import BusyError

MOST_WAITING_BYTES = 32 * 1024 * 1024


class GroupCommit:
    """In front of one log; used by one event loop only."""

    def __init__(self, log: EventLog, most_waiting: int = MOST_WAITING_BYTES) -> None:
        """`most_waiting` bytes may wait for the disk before further appends are refused."""
        self._log = log
        self._most_waiting = most_waiting
        self._lines: list[bytes] = []
        self._waiting: list[asyncio.Future[None]] = []
        self._waiting_bytes = 0
        self._is_under_way = False

    async def append(self, lines: bytes) -> None:
        """Append whole lines; returns when they will survive a power cut.

        Raises OSError if they may not, BusyError if too much waits for the disk.
        """
        if self._waiting_bytes + len(lines) > self._most_waiting:
            raise BusyError("the disk does not keep up with the events; send them again in a moment")
        loop = asyncio.get_running_loop()
        landed = loop.create_future()
        self._lines.append(lines)
        self._waiting.append(landed)
        self._waiting_bytes += len(lines)
        if not self._is_under_way:
            self._is_under_way = True
            # Not at once: what this turn of the loop still brings joins the group.
            loop.call_soon(self._start, loop)
        await landed

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        lines, waiting = b"".join(self._lines), self._waiting
        self._lines, self._waiting, self._waiting_bytes = [], [], 0

        def done(landed: Future[None]) -> None:
            loop.call_soon_threadsafe(self._finish, loop, waiting, landed.exception())

        try:
            self._log.append(lines).add_done_callback(done)
        except BusyError as error:
            self._finish(loop, waiting, error)

    def _finish(
        self, loop: asyncio.AbstractEventLoop, waiting: list[asyncio.Future[None]], error: BaseException | None
    ) -> None:
        for landed in waiting:
            # A request that was given up no longer waits.
            if landed.done():
                continue
            if error is None:
                landed.set_result(None)
            else:
                landed.set_exception(error)
        if self._lines:
            self._start(loop)
        else:
            self._is_under_way = False
