"""Which event ids have been received before: by this process, by earlier ones, or long ago into the lake.

Ids are known by 64-bit marks, as in the lake's own index: recent ones in a set, everything else in sorted arrays, those
of the lake mapped from its index files. A bitmap of fixed size in front of the arrays keeps history out of the way of
ids that are new. Memory stays flat: what the lake's index holds is dropped here. Not here: what a duplicate means.
"""

import logging
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path
from threading import Lock

import numpy as np
import numpy.typing as npt

from swipesavvy.adapters.lake.id_index import IDS
from swipesavvy.adapters.lake.manifest import Manifest
from swipesavvy.application.collecting import id_bytes
from swipesavvy.domain.home import Home
from swipesavvy.domain.instants import parse_instant
from swipesavvy.domain.strict_json import load_any_strict_object
from swipesavvy.domain.verdicts import problem_of

LOG = logging.getLogger(__name__)
MOST_RECENT = 200_000
_BITS = 28
_ENTRY_BYTES = 12
_AT_ONCE = 10_000
_NONE: frozenset[int] = frozenset()

Marks = npt.NDArray[np.uint64]


class SeenEventIds:
    """The memory of one server process; `refresh` may run in another thread than the rest."""

    def __init__(self, home: Home, most_recent: int = MOST_RECENT) -> None:
        """Knows nothing before the first `refresh`. `most_recent` ids are kept as a set, further ones as arrays."""
        self._home = home
        self._manifest = Manifest(home.lake / "manifest.db")
        self._most_recent = most_recent
        self._lock = Lock()
        self._recent: set[int] = set()
        self._older: list[Marks] = []
        self._lake: dict[str, Marks] = {}
        self._maybe = np.zeros(1 << (_BITS - 3), np.uint8)
        self._version = -1

    def remember(self, ids: bytes) -> AbstractSet[int]:
        """Places of the ids (16 bytes each) that were known before; all others are known from now on."""
        marks = _marks(ids)
        values = marks.tolist()
        with self._lock:
            recent = self._recent
            known = self._among_older(marks) if self._older or self._lake else _NONE
            count = len(recent)
            if not known and recent.isdisjoint(values):
                recent.update(values)
                if len(recent) < count + len(values):
                    # One of them came twice in this very batch.
                    known = _repeated(values)
            else:
                known = self._remember_singly(values, set(known))
            if len(recent) > self._most_recent:
                self._set_aside()
        return known

    def forget(self, ids: bytes) -> None:
        """Take back ids that `remember` found new."""
        with self._lock:
            self._recent.difference_update(_marks(ids).tolist())

    def kept(self) -> int:
        """How many ids are held in this process's own memory."""
        with self._lock:
            return len(self._recent) + sum(map(len, self._older))

    def load_landing(self) -> None:
        """Learn the valid events in the collector's landing files that the lake has not taken in yet."""
        for path in sorted(self._home.landing_events.glob("collector-*.jsonl")):
            state = self._manifest.landing("events").get(f"events/{path.name}")
            try:
                for ids in _valid_ids(path, state.consumed if state else 0):
                    self.remember(ids)
            except OSError as error:
                LOG.warning("%s cannot be read; its events may come twice: %s", path, error)

    def refresh(self) -> None:
        """Follow the lake: map its new index files, and drop what they hold."""
        version = self._manifest.version()
        if version == self._version:
            return
        paths = {file.path: file.row_count for file in self._manifest.files(IDS)}
        mapped = {path: self._lake[path] if path in self._lake else _mapped(self._home.lake / path) for path in paths}
        fresh = [marks for path, marks in mapped.items() if path not in self._lake]
        for marks in fresh:
            self._note(marks)
        with self._lock:
            recent = np.fromiter(self._recent, np.uint64, len(self._recent))
            older, kept = self._older, len(self._older)
        taken_in = recent[_are_in(recent, fresh)].tolist()
        rest = _without([*older], fresh)
        with self._lock:
            self._lake = mapped
            self._recent.difference_update(taken_in)
            self._older = [*rest, *self._older[kept:]]
        self._version = version

    def _among_older(self, marks: Marks) -> AbstractSet[int]:
        places, bits = _slots(marks)
        candidates = np.flatnonzero(self._maybe[places] & bits)
        if not len(candidates):
            return _NONE
        found = _are_in(marks[candidates], [*self._older, *self._lake.values()])
        return frozenset(candidates[found].tolist())

    def _remember_singly(self, values: list[int], known: set[int]) -> AbstractSet[int]:
        for place, value in enumerate(values):
            if value in self._recent:
                known.add(place)
            elif place not in known:
                self._recent.add(value)
        return known

    def _set_aside(self) -> None:
        marks = np.sort(np.fromiter(self._recent, np.uint64, len(self._recent)))
        self._note(marks)
        self._older = [*self._older, marks]
        self._recent.clear()

    def _note(self, marks: Marks) -> None:
        for start in range(0, len(marks), _AT_ONCE * 100):
            places, bits = _slots(np.asarray(marks[start : start + _AT_ONCE * 100]))
            np.bitwise_or.at(self._maybe, places, bits)


def _repeated(values: list[int]) -> AbstractSet[int]:
    """Places of all but the first of equal values."""
    first: dict[int, int] = {}
    return {place for place, value in enumerate(values) if first.setdefault(value, place) != place}


def _marks(ids: bytes) -> Marks:
    halves = np.frombuffer(ids, ">u8")
    return np.asarray(halves[0::2] ^ halves[1::2], np.uint64)


def _slots(marks: Marks) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint8]]:
    """Byte and bit of each mark in the bitmap."""
    slots = marks >> np.uint64(64 - _BITS)
    return slots >> np.uint64(3), np.left_shift(1, slots & np.uint64(7)).astype(np.uint8)


def _are_in(marks: Marks, arrays: list[Marks]) -> npt.NDArray[np.bool_]:
    """Which marks are in any of the sorted arrays."""
    found = np.zeros(len(marks), np.bool_)
    for array in arrays:
        if len(array):
            at = np.searchsorted(array, marks)
            at[at == len(array)] = 0
            found |= array[at] == marks
    return found


def _without(arrays: list[Marks], others: list[Marks]) -> list[Marks]:
    """One sorted array of all marks that no other array holds."""
    if not arrays:
        return []
    merged = np.sort(np.concatenate(arrays))
    rest = merged[~_are_in(merged, others)]
    return [rest] if len(rest) else []


def _mapped(path: Path) -> Marks:
    count = path.stat().st_size // _ENTRY_BYTES
    return np.memmap(path, "<u8", "r", shape=(count,)) if count else np.empty(0, np.uint64)


def _valid_ids(path: Path, start: int) -> Iterator[bytes]:
    """Ids of the valid events of a landing file from a byte on, many at a time."""
    ids: list[str] = []
    with path.open("rb") as lines:
        lines.seek(start)
        for line in lines:
            event_id = _valid_id(line)
            if event_id is not None:
                ids.append(event_id)
            if len(ids) == _AT_ONCE:
                yield id_bytes(ids)
                ids.clear()
    yield id_bytes(ids)


def _valid_id(line: bytes) -> str | None:
    try:
        event = load_any_strict_object(line.decode("utf-8"))
    except UnicodeDecodeError:
        return None
    received = event.get("received_at") if event else None
    received_at = parse_instant(received) if isinstance(received, str) else None
    if event is None or received_at is None or problem_of(event, received_at) is not None:
        return None
    return str(event["event_id"])
