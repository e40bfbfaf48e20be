"""The collector's log: events appended to landing files, many requests forced to the disk by one sync (group commit).

One thread writes. While it waits for the disk, requests queue up and form the next group, so nobody lingers for
company: an idle collector answers after one sync, a busy one shares each sync among all who wait.
"""

import logging
import os
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from threading import Condition, Thread

from swipesavvy.adapters.durable import sync_folder
from swipesavvy.domain.errors import BusyError

LOG = logging.getLogger(__name__)
MOST_WAITING_BYTES = 64 * 1024 * 1024


class LandingLog:
    """An open log; safe to share between threads. Files are named `<name>-<UTC hour>-<process>[-<n>].jsonl`.

    A file is only ever written by the log that created it, and never again after an error: what an earlier process
    left behind, a torn last line included, stays as it is.
    """

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], datetime],
        most_waiting: int = MOST_WAITING_BYTES,
        name: str = "collector",
    ) -> None:
        """`folder` is made when the first event arrives; `clock` gives aware instants; `most_waiting` in bytes.

        Files begin with `name`.
        """
        self._folder = folder
        self._name = name
        self._clock = clock
        self._most_waiting = most_waiting
        self._changed = Condition()
        self._waiting: list[tuple[bytes, Future[None]]] = []
        self._waiting_bytes = 0
        self._is_closed = False
        self._file: int | None = None
        self._hour = ""
        self.last_error: str | None = None
        self._thread = Thread(target=self._write_until_closed, name="landing-log", daemon=True)
        self._thread.start()

    def append(self, lines: bytes) -> Future[None]:
        """Append whole lines; the future is done when they will survive a power cut.

        It fails with an OSError if they may not. BusyError if too much is waiting for the disk, or after `close`.
        """
        future: Future[None] = Future()
        # Running from the start: a client that hangs up must not cancel what is being written.
        future.set_running_or_notify_cancel()
        with self._changed:
            if self._is_closed:
                raise BusyError("the collector is stopping; send the events again in a moment")
            if self._waiting_bytes + len(lines) > self._most_waiting:
                raise BusyError("the disk does not keep up with the events; send them again in a moment")
            self._waiting.append((lines, future))
            self._waiting_bytes += len(lines)
            self._changed.notify()
        return future

    def close(self) -> None:
        """Write what waits, force it to the disk, end. Later appends are refused."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join()

    def _write_until_closed(self) -> None:
        while group := self._next_group():
            try:
                self._write(b"".join(lines for lines, _ in group))
            except OSError as error:
                # After a failed write or sync nobody knows what the file holds: the next group gets a new one.
                self._leave_file()
                self.last_error = f"{error.strerror or error} (errno {error.errno})"
                LOG.error("%d requests could not be written to %s: %s", len(group), self._folder, error)
                for _, future in group:
                    future.set_exception(error)
            else:
                self.last_error = None
                for _, future in group:
                    future.set_result(None)
        self._leave_file()

    def _next_group(self) -> list[tuple[bytes, Future[None]]]:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closed)
            group, self._waiting, self._waiting_bytes = self._waiting, [], 0
        return group

    def _write(self, data: bytes) -> None:
        hour = self._clock().astimezone(UTC).strftime("%Y%m%dT%H")
        if self._file is None or hour != self._hour:
            self._leave_file()
            self._file, self._hour = self._new_file(hour), hour
        _write_all(self._file, data)
        os.fdatasync(self._file)
        if os.fstat(self._file).st_nlink == 0:
            # Somebody deleted or replaced the file under us: these bytes would vanish with it.
            self._leave_file()
            self._file = self._new_file(hour)
            _write_all(self._file, data)
            os.fdatasync(self._file)

    def _new_file(self, hour: str) -> int:
        self._folder.mkdir(parents=True, exist_ok=True)
        number = 1
        while True:
            suffix = "" if number == 1 else f"-{number}"
            path = self._folder / f"{self._name}-{hour}-{os.getpid()}{suffix}.jsonl"
            try:
                # A process number can return within the hour (in a container it always does): never reuse a file.
                file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o640)
            except FileExistsError:
                number += 1
                continue
            sync_folder(self._folder)
            return file

    def _leave_file(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _write_all(file: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]
