"""Finding which of a batch's event ids the lake has seen before, without reading the lake.

Beside the events lies, per batch, a sorted array of 64-bit marks of their ids and the event day of each. A mark that
is not found has certainly never been seen; one that is found names the days to look at. Exact whatever day a copy
claims, because all marks are asked. Not here: which copy wins (`duplicates`).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from swipesavvy.adapters.lake.files import LakeFiles
from swipesavvy.adapters.lake.manifest import LakeFile, Manifest

IDS = "ids"
_EPOCH = date(1970, 1, 1)
_ENTRY_BYTES = 12
_MOST_FILES = 12


@dataclass(frozen=True)
class Marks:
    """Marks in ascending order, and the event day (days since 1970) of each."""

    marks: npt.NDArray[np.uint64]
    days: npt.NDArray[np.int32]

    def to_bytes(self) -> bytes:
        """All marks, then all days, little endian."""
        return self.marks.astype("<u8").tobytes() + self.days.astype("<i4").tobytes()


@dataclass(frozen=True)
class BatchIds:
    """The staged event ids in the order of their marks: `raw` holds 16 bytes each."""

    index: Marks
    raw: npt.NDArray[np.uint8]

    def texts(self, marks: npt.NDArray[np.uint64]) -> list[str]:
        """The distinct ids that have one of these marks, lower-case."""
        chosen = self.raw[np.isin(self.index.marks, marks)]
        return [str(UUID(bytes=row.tobytes())) for row in np.unique(chosen, axis=0)]


def batch_ids(connection: duckdb.DuckDBPyConnection) -> BatchIds:
    """The ids of every staged event."""
    table = connection.sql("SELECT event_uid, event_date FROM staged").to_arrow_table().combine_chunks()
    if table.num_rows == 0:
        return BatchIds(Marks(np.empty(0, np.uint64), np.empty(0, np.int32)), np.empty((0, 16), np.uint8))
    column = table.column(0).chunk(0)
    storage = column.storage if isinstance(column, pa.ExtensionArray) else column
    buffer, first = storage.buffers()[1], 16 * storage.offset
    halves = np.frombuffer(buffer, dtype=">u8", count=2 * len(storage), offset=first)
    mixed = (halves[0::2] ^ halves[1::2]).astype(np.uint64)
    days = np.asarray(table.column(1).chunk(0).cast(pa.int32()))
    order = np.argsort(mixed, kind="stable")
    raw = np.frombuffer(buffer, np.uint8, 16 * len(storage), first).reshape(-1, 16)
    return BatchIds(Marks(mixed[order], days[order]), raw[order])


def _load(path: Path) -> Marks:
    count = path.stat().st_size // _ENTRY_BYTES
    return Marks(
        np.memmap(path, "<u8", "r", shape=(count,)), np.memmap(path, "<i4", "r", offset=8 * count, shape=(count,))
    )


def seen_before(root: Path, manifest: Manifest, batch: Marks) -> tuple[npt.NDArray[np.uint64], set[date]]:
    """Marks of the batch that history holds too, and the event days history has them on."""
    found: list[npt.NDArray[np.uint64]] = []
    days: set[int] = set()
    for file in manifest.files(IDS):
        history = _load(root / file.path)
        begin = np.searchsorted(history.marks, batch.marks, side="left")
        hits = begin < len(history.marks)
        hits[hits] = history.marks[begin[hits]] == batch.marks[hits]
        if not hits.any():
            continue
        found.append(batch.marks[hits])
        end = np.searchsorted(history.marks, batch.marks[hits], side="right")
        for first, last in zip(begin[hits], end, strict=True):
            days.update(int(day) for day in history.days[first:last])
    marks = np.unique(np.concatenate(found)) if found else np.empty(0, np.uint64)
    return marks, {_EPOCH + timedelta(days=day) for day in days}


def merge_small(files: LakeFiles) -> tuple[list[LakeFile], list[str]]:
    """Merge the smaller half of the index files once many have gathered: (added, removed)."""
    present = sorted(files.manifest.files(IDS), key=lambda file: file.row_count)
    if len(present) <= _MOST_FILES:
        return [], []
    small = present[: _MOST_FILES // 2]
    loaded = [_load(files.root / file.path) for file in small]
    marks = np.concatenate([part.marks for part in loaded])
    days = np.concatenate([part.days for part in loaded])
    order = np.argsort(marks, kind="stable")
    merged = files.write_bytes(Marks(marks[order], days[order]).to_bytes(), IDS, len(marks))
    return [merged], [file.path for file in small]
