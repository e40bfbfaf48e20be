"""Landing bytes to numbered lines, without a Python object per line.

A chunk is one reused buffer with an Arrow array pointing into it: touching fresh memory costs more than parsing does.
Belongs here: newlines, blank lines, torn last lines, bytes that are not UTF-8. Not here: JSON.
"""

from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from gzip import GzipFile
from io import FileIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from swipesavvy.adapters.lake.landing import (
    READ_ERRORS,
    LandingFile,
    fingerprint,
    is_passing,
    open_landing,
    read_problem,
    replacement_problem,
)
from swipesavvy.adapters.lake.manifest import LandingState
from swipesavvy.domain.strict_json import is_strict_object

Handle = GzipFile | FileIO
BLANK = b" \t\r\n"
_NEWLINE = 10
_SCAN_BYTES = 1 << 18
_GZIP_READ = 1 << 20
_EMPTY = pa.table(
    {"file_no": pa.array([], pa.int32()), "line_no": pa.array([], pa.int64()), "line": pa.array([], pa.large_string())}
)


@dataclass(frozen=True)
class UnreadableLine:
    """A line that is not UTF-8, with its bytes escaped."""

    landing_file: str
    line: int
    raw: str


@dataclass
class Chunk:
    """Some lines of some files. `lines` has the columns file_no, line_no, line; valid until the next chunk.

    `states` are the landing states once this chunk is committed; `files` names the file numbers used so far.
    """

    lines: pa.Table
    unreadable: list[UnreadableLine]
    states: dict[str, LandingState]
    files: list[str]
    bytes_read: int

    def landed(self) -> Counter[str]:
        """Lines by landing file, the unreadable ones included."""
        found = Counter(line.landing_file for line in self.unreadable)
        numbers, counts = np.unique(self.lines.column("file_no").to_numpy(), return_counts=True)
        found.update({self.files[number]: int(count) for number, count in zip(numbers, counts, strict=True)})
        return found


@dataclass
class _Span:
    """Whole lines of one file inside the buffer."""

    file_no: int
    begin: int
    end: int
    first_line: int


@dataclass
class _Cursor:
    """The file being read: its number, where its bytes begin in the buffer, and what has been consumed of it."""

    file: LandingFile
    number: int
    begin: int
    state: LandingState
    error: BaseException | None = None


@dataclass
class LineReader:
    """Reads the fresh files of a survey one after the other, a buffer at a time.

    `pending` and `problems` fill up on the way: places of torn last lines, and one line per damaged file.
    """

    files: list[LandingFile]
    chunk_bytes: int
    pending: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._buffer = bytearray(self.chunk_bytes)
        self._filled = 0
        self._spans: list[_Span] = []
        self._states: dict[str, LandingState] = {}
        self._names: list[str] = []
        self._read = 0

    def chunks(self) -> Iterator[Chunk]:
        """Every line of every file, in order; damaged files are noted and their neighbours survive."""
        for file in self.files:
            problem = replacement_problem(file)
            if problem:
                self._note(file, file.after(problem=problem, pending=None))
                continue
            try:
                handle = open_landing(file)
            except OSError as error:
                # Not kept in the manifest: the file is tried again next time.
                self.problems.append(read_problem(file.name, error))
                continue
            with handle:
                yield from self._chunks_of(file, handle)
        if self._spans or self._states:
            yield self._finish_chunk()

    def _note(self, file: LandingFile, state: LandingState) -> None:
        self.pending.extend([state.pending] if state.pending else [])
        self.problems.extend([state.problem] if state.problem else [])
        self._states[file.name] = state

    def _chunks_of(self, file: LandingFile, handle: Handle) -> Iterator[Chunk]:
        """Chunks filled up while reading one file; what is left waits in the buffer for the next file."""
        self._names.append(file.name)
        cursor = _Cursor(file, len(self._names) - 1, self._filled, file.state)
        try:
            handle.seek(cursor.state.consumed)
            self._skip_closing_newline(cursor, handle)
            while self._filled < len(self._buffer) or (yield from self._make_room(cursor)):
                if self._fill(handle) == 0:
                    break
        except READ_ERRORS as error:
            cursor.error = error
        self._end_file(cursor)

    def _skip_closing_newline(self, cursor: _Cursor, handle: Handle) -> None:
        """The newline that ends a line taken earlier is no line of its own."""
        state = cursor.state
        if state.open_line and handle.read(1) == b"\n":
            cursor.state = replace(state, consumed=state.consumed + 1, open_line=False)
        elif state.open_line:
            handle.seek(state.consumed)

    def _make_room(self, cursor: _Cursor) -> Generator[Chunk, None, bool]:
        """Hand out the whole lines of a full buffer, or grow it for a line that is longer than the buffer."""
        self._cut(cursor)
        if not self._spans:
            # A new one, because Arrow may still point into the old one.
            self._buffer = self._buffer + bytes(len(self._buffer))
            return True
        rest = bytes(self._buffer[self._spans[-1].end : self._filled])
        yield self._finish_chunk()
        self._buffer[: len(rest)] = rest
        self._filled, cursor.begin = len(rest), 0
        return True

    def _fill(self, handle: Handle) -> int:
        view = memoryview(self._buffer)[self._filled :]
        if isinstance(handle, GzipFile):
            # One step at a time: what was decompressed before damage would otherwise be lost with it.
            data = handle.read1(min(len(view), _GZIP_READ))
            count = len(data)
            view[:count] = data
        else:
            count = handle.readinto(view)
        self._filled += count
        self._read += count
        return count

    def _cut(self, cursor: _Cursor) -> None:
        """Close the span of this file at its last newline."""
        end = self._buffer.rfind(b"\n", cursor.begin, self._filled) + 1
        if end <= cursor.begin:
            return
        count = self._buffer.count(b"\n", cursor.begin, end)
        self._spans.append(_Span(cursor.number, cursor.begin, end, cursor.state.line_count + 1))
        consumed = cursor.state.consumed + end - cursor.begin
        cursor.state = replace(
            cursor.state, consumed=consumed, line_count=cursor.state.line_count + count, open_line=False
        )
        cursor.begin = end
        # Size -1 keeps the file fresh: it is not read to its end yet.
        mark = fingerprint(cursor.file, consumed)
        self._states[cursor.file.name] = replace(cursor.state, size=-1, fingerprint=mark, pending=None, problem=None)

    def _end_file(self, cursor: _Cursor) -> None:
        """The last line counts without its newline if it is whole; otherwise it waits for the rest."""
        self._cut(cursor)
        tail = bytes(self._buffer[cursor.begin : self._filled])
        is_pending = bool(tail.strip(BLANK))
        if is_pending and cursor.error is None and _is_whole(tail):
            is_pending = False
            self._close_last_line()
            self._cut(cursor)
            cursor.state = replace(cursor.state, consumed=cursor.state.consumed - 1, open_line=True)
        else:
            self._filled = cursor.begin
        file, state = cursor.file, cursor.state
        self._note(
            file,
            replace(
                state,
                size=-1 if cursor.error is not None and is_passing(cursor.error) else file.size,
                mtime_ns=file.mtime_ns,
                fingerprint=fingerprint(file, state.consumed),
                pending=f"{file.name}:{state.line_count + 1}" if is_pending else None,
                problem=None if cursor.error is None else read_problem(file.name, cursor.error),
            ),
        )

    def _close_last_line(self) -> None:
        if self._filled == len(self._buffer):
            self._buffer = self._buffer + bytes(_SCAN_BYTES)
        self._buffer[self._filled] = _NEWLINE
        self._filled += 1

    def _finish_chunk(self) -> Chunk:
        """The lines of the buffer as Arrow, and a clean slate."""
        spans, states = self._spans, self._states
        self._spans, self._states, self._filled = [], {}, 0
        unreadable: list[UnreadableLine] = []
        lines = _to_arrow(self._buffer, spans, self._names, unreadable)
        return Chunk(lines, unreadable, states, self._names, self._read)


def _is_whole(tail: bytes) -> bool:
    try:
        return is_strict_object(tail.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _newlines(bytes_: npt.NDArray[np.uint8], begin: int, end: int) -> npt.NDArray[np.int64]:
    found = [
        np.flatnonzero(bytes_[at : min(at + _SCAN_BYTES, end)] == _NEWLINE) + at
        for at in range(begin, end, _SCAN_BYTES)
    ]
    return np.concatenate(found) if found else np.empty(0, np.int64)


def _to_arrow(buffer: bytearray, spans: list[_Span], names: list[str], unreadable: list[UnreadableLine]) -> pa.Table:
    """A table of the non-blank lines; lines that are not UTF-8 go to `unreadable` instead."""
    data = pa.py_buffer(memoryview(buffer).toreadonly())
    view = np.frombuffer(data, np.uint8)
    parts = [_EMPTY]
    for span in spans:
        bounds = np.concatenate([np.array([span.begin], np.int64), _newlines(view, span.begin, span.end) + 1])
        starts, ends = bounds[:-1], bounds[1:]
        array = pa.LargeStringArray.from_buffers(len(ends), pa.py_buffer(bounds), data)
        numbers = np.arange(span.first_line, span.first_line + len(ends))
        keep = _not_blank(buffer, view, starts, ends)
        try:
            array.validate(full=True)
        except pa.ArrowInvalid:
            is_text, found = _utf8_lines(buffer, bounds, span.first_line, names[span.file_no])
            keep &= is_text
            unreadable.extend(found)
        table = pa.table({"file_no": np.full(len(ends), span.file_no, np.int32), "line_no": numbers, "line": array})
        parts.append(table if keep.all() else table.filter(pa.array(keep)))
    return pa.concat_tables(parts)


def _not_blank(
    buffer: bytearray, view: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Lines that hold more than JSON whitespace; only lines that begin with some are looked at closer."""
    keep = np.ones(len(starts), np.bool_)
    for at in np.flatnonzero(np.isin(view[starts], np.frombuffer(BLANK, np.uint8))):
        keep[at] = bool(buffer[starts[at] : ends[at]].strip(BLANK))
    return keep


def _utf8_lines(
    buffer: bytearray, bounds: npt.NDArray[np.int64], first_line: int, name: str
) -> tuple[npt.NDArray[np.bool_], list[UnreadableLine]]:
    """Which lines are UTF-8, and the others."""
    keep = np.ones(len(bounds) - 1, np.bool_)
    found = []
    for at in range(len(keep)):
        line = buffer[bounds[at] : bounds[at + 1]]
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            keep[at] = False
            raw = line.rstrip(b"\r\n").decode("utf-8", "backslashreplace")
            found.append(UnreadableLine(name, first_line + at, raw))
    return keep, found
