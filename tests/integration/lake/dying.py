"""Operations on a lake in processes that die at a chosen step, and the program that runs them.

A step is everything that makes something durable or visible: fsync, rename, unlink, half a write, and three moments of
a manifest transaction. The program reads one request per line, forks a process for each (so that imports are paid
once) and answers how it ended.
"""

import ctypes
import json
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from landed import NOW, changed, forget_version_two, land, line, narrower_contract

from swipesavvy.adapters.lake import ParquetLake, compaction, manifest
from swipesavvy.application.ingestion import BackfillRequest, QuarantineFilter
from swipesavvy.domain.errors import SwipeSavvyError
from swipesavvy.domain.home import Home

TOO_OLD_HOURS = 24 * 60
LIMITS = {"chunk_bytes": 13000, "batch_lines": 30}
REQUEST = BackfillRequest("tablets were offline", "ada")


def market(home: Home) -> None:
    """Copies, late and old days and refused lines over two files, history of its own, and a table."""
    app = {"engagement_type": "app_open"}
    first = [line(n, n * 20, hours=30 * (n % 2), **({"properties": app} if n % 3 else {})) for n in range(60)]
    second = [line(n, n * 20 + 100 * (n % 4)) for n in range(40, 70)] + ["oops", line(99, source="web")]
    old = [line(n, n, hours=TOO_OLD_HOURS + 24 * (n % 2)) for n in range(200, 212)]
    land(home, "a.jsonl", first)
    land(home, "b.jsonl.gz", second + old)
    land(home, "u.csv", ["user_id,region", *(f"u{n},DE" for n in range(20))], source="users")
    archive(home).write_text("".join(f"{line(n, n, hours=TOO_OLD_HOURS)}\n" for n in range(205, 220)), "utf-8")


def archive(home: Home) -> Path:
    """A file of history beside the home's folders."""
    return home.root / "archive.jsonl"


def ingest(home: Home) -> None:
    lake = ParquetLake(home, **LIMITS)
    lake.ingest_events(NOW)
    lake.ingest_table("users", NOW)


def ingest_narrowly(home: Home) -> None:
    with narrower_contract():
        ingest(home)


def ingest_scattered(home: Home) -> None:
    with changed(compaction, "MOST_SMALL_FILES", 1000):
        ParquetLake(home, chunk_bytes=2500, batch_lines=1).ingest_events(NOW)


def compact(home: Home) -> None:
    land(home, "blank.jsonl", [""])
    with changed(compaction, "MOST_SMALL_FILES", 3):
        ParquetLake(home, **LIMITS).ingest_events(NOW)


def ingest_as_of_old(home: Home) -> None:
    ingest(home)
    forget_version_two(home)


@dataclass(frozen=True)
class Operation:
    """What comes before and is not disturbed, and what is killed and then done again."""

    prepare: Callable[[Home], object]
    work: Callable[[Home], object]


OPERATIONS = {
    "ingest": Operation(lambda _: None, ingest),
    "replay": Operation(ingest_narrowly, lambda home: ParquetLake(home).replay(QuarantineFilter(), NOW)),
    "backfill": Operation(ingest, lambda home: ParquetLake(home, **LIMITS).backfill(archive(home), REQUEST, NOW)),
    "let in": Operation(ingest, lambda home: ParquetLake(home).backfill_quarantined(QuarantineFilter(), REQUEST, NOW)),
    "compaction": Operation(ingest_scattered, compact),
    "upgrade": Operation(ingest_as_of_old, ingest),
}


class Steps:
    """Counts the steps of this process and ends it at one of them."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.done = 0

    def take(self) -> bool:
        self.done += 1
        return self.done == self.target

    def dying(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **options: Any) -> Any:
            if self.take():
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **options)

        return wrapped

    def watch(self, careless: bool) -> None:
        """Make every durable step of this process one that may be its last."""
        write, store, commit = Path.write_bytes, manifest._store, manifest.Manifest.commit

        def write_half(path: Path, data: bytes) -> int:
            if self.take():
                write(path, data[: len(data) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return write(path, data)

        def store_but_not_commit(*arguments: Any) -> None:
            store(*arguments)
            if self.take():
                os.kill(os.getpid(), signal.SIGKILL)

        def commit_in_two(found: manifest.Manifest, record: manifest.BatchRecord, now: Any) -> None:
            """What the transaction prevents: how far files are read becomes known before what was in them."""
            first = manifest.BatchRecord(record.source, landing=record.landing, removed=record.removed)
            commit(found, replace(first, changes_content=False), now)
            if self.take():
                os.kill(os.getpid(), signal.SIGKILL)
            commit(found, replace(record, landing=[], removed=[]), now)

        os.fsync, os.replace, os.unlink = self.dying(os.fsync), self.dying(os.replace), self.dying(os.unlink)
        Path.write_bytes = write_half  # type: ignore[method-assign,assignment]
        manifest._store = store_but_not_commit
        manifest.Manifest.commit = self.dying(commit_in_two if careless else commit)  # type: ignore[method-assign]


@dataclass(frozen=True)
class Request:
    """Which operation to run where, and what happens to the process on the way.

    It is killed at step `step` (0: never) or after `seconds`; `careless` switches the protection off; no file may grow
    beyond `most_bytes`; `is_held_to_rights` takes the privilege away to write where rights forbid it.
    """

    home: str
    operation: str
    step: int = 0
    seconds: float | None = None
    careless: bool = False
    most_bytes: int | None = None
    is_held_to_rights: bool = False


def _run(request: Request) -> dict[str, object]:
    steps = Steps(request.step)
    steps.watch(request.careless)
    if request.most_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (request.most_bytes, request.most_bytes))
    if request.is_held_to_rights and os.geteuid() == 0:
        _drop_capabilities()
    error = ""
    try:
        OPERATIONS[request.operation].work(Home(Path(request.home)))
    except SwipeSavvyError as found:
        error = str(found)
    return {"steps": steps.done, "error": error}


def _drop_capabilities() -> None:
    version, nothing = 0x20080522, (ctypes.c_uint32 * 6)()
    header = (ctypes.c_uint32 * 2)(version, 0)
    assert ctypes.CDLL(None, use_errno=True).capset(header, nothing) == 0


def main() -> None:
    for text in sys.stdin:
        request = Request(**json.loads(text))
        read, write = os.pipe()
        process = os.fork()
        if process == 0:
            try:
                os.write(write, json.dumps(_run(request)).encode())
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        os.close(write)
        if request.seconds is not None:
            time.sleep(request.seconds)
            os.kill(process, signal.SIGKILL)
        _, status = os.waitpid(process, 0)
        told = json.loads(os.read(read, 4096) or '{"steps": 0, "error": ""}')
        os.close(read)
        sys.stdout.write(json.dumps(told | {"code": os.waitstatus_to_exitcode(status)}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
