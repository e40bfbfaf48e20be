"""Events that wait to be sent, in order: in memory, or on disk where they survive the end of the process.

Belongs here: keeping encoded events and giving them back oldest first. Not here: threads (the caller holds a lock
around every call), sending, or what an event is.
"""

import errno
import fcntl
import itertools
import json
import logging
import os
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from swipesavvy.domain.errors import BadInputError, BusyError

LOG = logging.getLogger(__name__)
_SEGMENT_BYTES = 1_000_000
_SUFFIX = ".jsonl"


class Waiting(Protocol):
    """A queue of encoded events, one line each without its line break."""

    def put(self, line: bytes) -> None:
        """Add one. BusyError if the queue is full or cannot be written: the event was not taken then."""
        ...

    def first(self, most: int, most_bytes: int) -> list[bytes]:
        """The oldest events: at most so many and so many bytes, but one at least if there is any."""
        ...

    def done(self, count: int) -> None:
        """Forget the oldest so many."""
        ...

    def sync(self) -> None:
        """Make what is in the queue survive a power cut, as far as the queue can."""
        ...

    def close(self) -> None:
        """Let go of files; what waits on disk stays there."""
        ...

    def __len__(self) -> int:
        """How many wait."""
        ...


class MemoryQueue:
    """Events in memory, at most so many; they end with the process."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lines: deque[bytes] = deque()

    def __len__(self) -> int:
        """How many wait."""
        return len(self._lines)

    def put(self, line: bytes) -> None:
        """Add one. BusyError if so many wait already."""
        if len(self._lines) >= self._most:
            raise BusyError(
                f"{self._most:,} events wait to be sent and no more fit into memory; "
                "is the collector reachable? A queue_dir keeps more, on disk"
            )
        self._lines.append(line)

    def first(self, most: int, most_bytes: int) -> list[bytes]:
        """The oldest events, within both limits, but one at least if there is any."""
        return _within(itertools.islice(self._lines, most), most_bytes)

    def done(self, count: int) -> None:
        """Forget the oldest so many."""
        for _ in range(count):
            self._lines.popleft()

    def sync(self) -> None:
        """Nothing: memory survives nothing."""

    def close(self) -> None:
        """Nothing to let go of."""


@dataclass
class _Segment:
    path: Path
    count: int
    size: int


class DiskQueue:
    """Events in a folder of append-only JSON-lines files, at most so many bytes of them.

    One process at a time. An event is in its file when `put` returns (it survives SIGKILL) and on the disk after `sync`
    (it survives a power cut). A file goes when all its events are done; what was partly done comes again after a
    restart, with the same ids, so that the collector recognises it.
    """

    def __init__(self, folder: Path, most_bytes: int, segment_bytes: int = _SEGMENT_BYTES) -> None:
        """BusyError if another process uses the folder, BadInputError if it cannot be used at all."""
        self._folder = folder
        self._most_bytes = most_bytes
        self._segment_bytes = segment_bytes
        self._out: BinaryIO | None = None
        self._sent_bytes = 0  # of the oldest segment
        self._sent = 0
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = (folder / "lock").open("ab")
        except OSError as error:
            raise BadInputError(f"{folder} cannot keep events ({error.strerror}); choose another queue_dir") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise BusyError(f"{folder} is in use by another client; give each process a queue_dir of its own") from None
        self._segments = deque(_found(path) for path in sorted(folder.glob(f"*{_SUFFIX}")))
        last = self._segments[-1].path.stem if self._segments else "0"
        self._numbers = itertools.count(int(last) + 1)

    def __len__(self) -> int:
        """How many wait."""
        return sum(segment.count for segment in self._segments) - self._sent

    def put(self, line: bytes) -> None:
        """Add one. BusyError if the queue is full or the disk refuses it: the event was not taken then."""
        data = line + b"\n"
        if sum(segment.size for segment in self._segments) + len(data) > self._most_bytes:
            raise BusyError(
                f"the events waiting in {self._folder} fill its {self._most_bytes:,} bytes; is the collector reachable?"
            )
        try:
            self._write(data)
        except OSError as error:
            raise BusyError(f"{self._folder} takes no event ({error.strerror}); make room on the disk") from None

    def first(self, most: int, most_bytes: int) -> list[bytes]:
        """The oldest events, within both limits, but one at least if there is any."""
        while self._segments and self._sent == self._segments[0].count:
            self._drop_oldest()
        if not self._segments:
            return []
        with self._segments[0].path.open("rb") as file:
            file.seek(self._sent_bytes)
            left = min(most, self._segments[0].count - self._sent)
            return _within((file.readline().rstrip(b"\n") for _ in range(left)), most_bytes)

    def done(self, count: int) -> None:
        """Forget the oldest so many, all of them given out together by `first`."""
        with self._segments[0].path.open("rb") as file:
            file.seek(self._sent_bytes)
            for _ in range(count):
                file.readline()
            self._sent_bytes = file.tell()
        self._sent += count
        if self._sent == self._segments[0].count:
            self._drop_oldest()

    def sync(self) -> None:
        """Force what was written to the disk."""
        if self._out is not None:
            os.fsync(self._out.fileno())

    def close(self) -> None:
        """Sync, and let the next process have the folder."""
        if self._out is not None:
            self.sync()
            self._out.close()
            self._out = None
        self._lock.close()

    def _write(self, data: bytes) -> None:
        if self._out is None or self._segments[-1].size >= self._segment_bytes:
            self._begin_segment()
        segment, out = self._segments[-1], self._out
        if out is None:
            raise OSError(errno.EBADF, "no file is open")
        try:
            if out.write(data) != len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError:
            # Half an event would run into the next one.
            out.truncate(segment.size)
            raise
        segment.size += len(data)
        segment.count += 1

    def _begin_segment(self) -> None:
        if self._out is not None:
            self.sync()
            self._out.close()
            self._out = None
        path = self._folder / f"{next(self._numbers):012d}{_SUFFIX}"
        self._out = path.open("ab", buffering=0)
        path.chmod(0o600)
        self._segments.append(_Segment(path, 0, 0))
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _drop_oldest(self) -> None:
        segment = self._segments.popleft()
        if not self._segments and self._out is not None:
            self._out.close()
            self._out = None
        segment.path.unlink(missing_ok=True)
        self._sent = self._sent_bytes = 0


def _found(path: Path) -> _Segment:
    """A segment of an earlier process, rid of lines that a power cut left in pieces: nobody was told they are safe."""
    content = path.read_bytes()
    lines = content.splitlines(keepends=True)
    whole = [line for line in lines if line.endswith(b"\n") and _is_json(line)]
    if len(whole) < len(lines):
        LOG.warning("%s: %d lines in pieces left out", path, len(lines) - len(whole))
        content = b"".join(whole)
        mended = path.with_suffix(".mending")
        mended.write_bytes(content)
        mended.replace(path)
    return _Segment(path, len(whole), len(content))


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _within(lines: Iterable[bytes], most_bytes: int) -> list[bytes]:
    found: list[bytes] = []
    size = 0
    for line in lines:
        size += len(line) + 1
        if found and size > most_bytes:
            break
        found.append(line)
    return found
