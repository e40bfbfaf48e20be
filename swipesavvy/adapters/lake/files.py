"""Writing files of the lake so that they are whole or absent, and clearing away what a killed process left.

Belongs here: names, folders, durability. Which rows go into a file is decided by the callers; whether a file counts is
decided by the manifest alone.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import duckdb
import pyarrow.parquet as pq

from swipesavvy.adapters.durable import replacing
from swipesavvy.adapters.home_secrets import USER_IDS, home_secret
from swipesavvy.adapters.lake.manifest import LakeFile, Manifest
from swipesavvy.domain.errors import SwipeSavvyError
from swipesavvy.domain.home import Home

EVENTS = "events"
DUPLICATES = "duplicates"
QUARANTINE = "quarantine"
SPILL = "spill"
EVENT_ORDER = "event_type, campaign_id, event_at, event_id"
# Level 1 is a quarter cheaper to write than the default and no larger on event data.
# A low limit gives dictionaries of unique texts up early: an eighth cheaper, and no larger.
_PARQUET = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 2000"
_KEPT_FOR_READERS = timedelta(hours=24)


class LakeWriteError(SwipeSavvyError):
    """A file of the lake could not be written or does not hold what was written to it."""


def paths_sql(root: Path, files: Sequence[LakeFile]) -> str:
    """A SQL list of the files, for read_parquet."""
    return "[" + ", ".join("'" + str(root / file.path).replace("'", "''") + "'" for file in files) + "]"


class LakeFiles:
    """The folder of one home's lake."""

    def __init__(self, home: Home, manifest: Manifest) -> None:
        self._home = home
        self.root = home.lake
        self.manifest = manifest

    def user_id_key(self) -> bytes:
        """The home's secret behind the pseudonyms of identifying user ids."""
        return home_secret(self._home, USER_IDS)

    def write(
        self,
        connection: duckdb.DuckDBPyConnection,
        query: str,
        kind: str,
        day: date | None = None,
        newest_at: datetime | None = None,
    ) -> list[LakeFile]:
        """Write a query's rows to a new Parquet file; none if there are no rows. The file does not count yet."""
        path = Path(kind.replace(":", "/"), *([day.isoformat()] if day else []), f"{uuid4().hex}.parquet")
        target = self.root / path
        try:
            with replacing(target) as temporary:
                name = str(temporary).replace("'", "''")
                rows = int(connection.execute(f"COPY ({query}) TO '{name}' ({_PARQUET})").fetchall()[0][0])
                if pq.read_metadata(temporary).num_rows != rows:
                    raise LakeWriteError(f"{target} does not hold the {rows:,} rows written to it: check the disk")
        except (OSError, duckdb.IOException) as error:
            raise LakeWriteError(f"the lake could not be written ({error}): check space and rights") from error
        if rows == 0:
            target.unlink()
            return []
        return [LakeFile(path.as_posix(), kind, rows, day, newest_at)]

    def write_bytes(self, data: bytes, kind: str, rows: int) -> LakeFile:
        """Write a small binary file of the lake."""
        path = Path(kind, f"{uuid4().hex}.bin")
        with replacing(self.root / path) as temporary:
            temporary.write_bytes(data)
        return LakeFile(path.as_posix(), kind, rows)

    def sweep(self, now: datetime) -> None:
        """Delete what no batch has committed, and replaced files that no reader can still be using."""
        expired = self.manifest.removed_before(now - _KEPT_FOR_READERS)
        if expired:
            self.manifest.forget(expired)
        known = self.manifest.known_paths()
        for path in self.root.rglob("*"):
            relative = path.relative_to(self.root).as_posix()
            if path.is_file() and relative not in known and not re.fullmatch(r"manifest\.db(-.*)?|LOCK", relative):
                path.unlink(missing_ok=True)
