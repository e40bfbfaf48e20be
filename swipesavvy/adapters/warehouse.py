"""Who may touch the warehouse file and when: one lock, a mark while it is written, a read-only way in.

DuckDB lets one process write or many read, and a file left by a killed writer may not open again. The warehouse is a
cache of the lake, so a doubtful one is thrown away. What dbt writes into it does not belong here.
"""

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from swipesavvy.adapters.durable import write_json, write_text
from swipesavvy.domain.errors import BusyError, NotBuiltYetError
from swipesavvy.domain.home import Home

if TYPE_CHECKING:
    import duckdb

log = logging.getLogger(__name__)
progress = logging.getLogger("swipesavvy.progress")


def _lock_file(home: Home) -> Path:
    return home.warehouse / "LOCK"


def _holder_file(home: Home) -> Path:
    return home.warehouse / "LOCK.holder"


def _writing_mark(home: Home) -> Path:
    return home.warehouse / "WRITING"


def _phases_file(home: Home) -> Path:
    return home.warehouse / "phases.json"


def _holder(home: Home) -> str:
    try:
        holder = json.loads(_holder_file(home).read_text(encoding="utf-8"))
        return f"process {holder['pid']} ({holder['doing']}, since {holder['since']})"
    except (OSError, ValueError, KeyError):
        return "another process"


@contextmanager
def warehouse_lock(home: Home, doing: str, now: datetime, wait_seconds: float = 0.0) -> Iterator[None]:
    """Be the only process that builds in this home; entering again in the same process is free.

    The operating system releases the lock when its holder dies, however it dies.

    Raises:
        BusyError: somebody else still holds it after `wait_seconds`; the text names the process.
    """
    home.warehouse.mkdir(parents=True, exist_ok=True)
    lock = FileLock(_lock_file(home), is_singleton=True, thread_local=False)
    outermost = not lock.is_locked
    try:
        _acquire(lock, home, wait_seconds)
    except Timeout:
        message = f"{home.root}: {_holder(home)} is building here; try again when it has finished"
        raise BusyError(message) from None
    try:
        if outermost:
            holder = {"pid": os.getpid(), "doing": doing, "since": now.isoformat(timespec="seconds")}
            write_json(_holder_file(home), holder)
        yield
    finally:
        lock.release()


def _acquire(lock: FileLock, home: Home, wait_seconds: float) -> None:
    """Take the lock; a wait is said at once, so that nobody takes it for standstill."""
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if not wait_seconds:
            raise
        progress.info("waiting: %s is building here", _holder(home))
        lock.acquire(timeout=wait_seconds, poll_interval=0.2)


@contextmanager
def writing(home: Home) -> Iterator[Path]:
    """The warehouse file, to be written while the caller holds the lock; marked as unclean until the end.

    A mark found at the start means that a writer was killed: the file is deleted and starts anew.
    """
    mark = _writing_mark(home)
    if mark.exists():
        log.warning("%s: the last build was cut short; the warehouse starts anew", home.warehouse_file)
        discard(home)
    home.warehouse.mkdir(parents=True, exist_ok=True)
    write_text(mark, f"{os.getpid()}\n")
    yield home.warehouse_file
    # Reached only when the writer has returned: after an exception the file stays doubtful.
    mark.unlink()


def mark_built(home: Home, build_id: str, phase: str) -> None:
    """Record that a phase of a build finished with all its tests passed."""
    phases = built_phases(home, build_id) | {phase}
    write_json(_phases_file(home), {"build_id": build_id, "phases": sorted(phases)})


def built_phases(home: Home, build_id: str) -> set[str]:
    """The phases of this very build that finished with all their tests passed."""
    try:
        value = json.loads(_phases_file(home).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return set()
    return set(value["phases"]) if value["build_id"] == build_id else set()


def discard(home: Home) -> None:
    """Delete the warehouse file with its write-ahead log; the next build makes it again from the lake."""
    for path in (home.warehouse_file, home.warehouse_file.with_name(home.warehouse_file.name + ".wal")):
        path.unlink(missing_ok=True)


@contextmanager
def reading(home: Home) -> Iterator["duckdb.DuckDBPyConnection"]:
    """A read-only connection to what dbt built, while the caller holds the lock.

    Raises:
        NotBuiltYetError: there is no finished warehouse to read.
    """
    if not home.warehouse_file.is_file() or _writing_mark(home).exists():
        message = f"{home.warehouse_file}: nothing has been built yet; run `swipesavvy run`"
        raise NotBuiltYetError(message)
    import duckdb  # heavy, and taking the lock does not need it

    connection = duckdb.connect(home.warehouse_file, read_only=True)
    try:
        yield connection
    finally:
        connection.close()
