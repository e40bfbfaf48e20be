"""What lies in the landing folders and how far each file has been consumed.

Files may grow, appear late, vanish, be replaced. Belongs here: listing them, telling new bytes from old ones, opening
them. Not here: what a line means (`lines` splits them, `routing` judges them).
"""

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from io import FileIO
from pathlib import Path

from swipesavvy.adapters.lake.manifest import LandingState

EVENT_SUFFIXES = (".jsonl", ".jsonl.gz")
TABLE_SUFFIXES = (".csv", ".csv.gz", ".parquet", ".jsonl", ".jsonl.gz")
READ_ERRORS = (OSError, EOFError, zlib.error)
_UNFINISHED = (".tmp", ".part", ".crdownload", "~")
_MARK_BYTES = 4096
_GZIP_MARK_BYTES = 16  # a longer head would change while a small compressed file still grows


@dataclass(frozen=True)
class LandingFile:
    """A file with bytes to take in: where it is, how large, and the state it was left in."""

    path: Path
    state: LandingState
    size: int
    mtime_ns: int

    @property
    def name(self) -> str:
        """Path relative to `landing/`, with forward slashes."""
        return self.state.path

    @property
    def is_compressed(self) -> bool:
        """Whether it is read through gzip."""
        return self.name.endswith(".gz")

    def after(self, **changes: object) -> LandingState:
        """The state once something was taken in: size and time are those seen when the file was listed."""
        return replace(self.state, size=self.size, mtime_ns=self.mtime_ns, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Survey:
    """Files with something new, and lines to show about the others."""

    fresh: list[LandingFile]
    pending: list[str]
    problems: list[str]


def survey(landing: Path, source: str, suffixes: Iterable[str], known: dict[str, LandingState]) -> Survey:
    """Compare a source's folder with what was consumed; a missing folder is an empty one. Order: name, byte order."""
    fresh: list[LandingFile] = []
    pending: list[str] = []
    problems: list[str] = []
    folder = landing / source
    names = sorted((path.name for path in folder.iterdir()), key=os.fsencode) if folder.is_dir() else []
    for name in names:
        if name.startswith(".") or name.endswith(_UNFINISHED):
            continue
        problem = _name_problem(folder / name, suffixes)
        if problem:
            problems.append(f"landing/{source}/{_printable(name)} {problem}")
            continue
        state = known.get(f"{source}/{name}", LandingState(f"{source}/{name}", source))
        try:
            found = (folder / name).stat()
        except OSError as error:
            problems.append(read_problem(state.path, error))
            continue
        if (found.st_size, found.st_mtime_ns) != (state.size, state.mtime_ns):
            fresh.append(LandingFile(folder / name, state, found.st_size, found.st_mtime_ns))
            continue
        pending.extend([state.pending] if state.pending else [])
        problems.extend([state.problem] if state.problem else [])
    return Survey(fresh, pending, problems)


def _printable(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _name_problem(path: Path, suffixes: Iterable[str]) -> str | None:
    try:
        path.name.encode("utf-8")
    except UnicodeEncodeError:
        return "has a name that is not UTF-8 and was left alone: rename it"
    if path.is_dir():
        return "is a folder and was left alone: put files directly into their source's folder"
    if not path.name.endswith(tuple(suffixes)):
        return f"is none of {', '.join(suffixes)} and was left alone"
    return None


def read_problem(name: str, error: BaseException) -> str:
    """One clear line about a file that could not be read."""
    if isinstance(error, FileNotFoundError):
        return f"landing/{name} vanished while it was being read; land it again if it is needed"
    if isinstance(error, EOFError):
        return f"landing/{name} ends in the middle of its compressed data; the whole lines before that were taken in"
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"landing/{name} could not be read to its end ({reason}); the whole lines before that were taken in"


def is_passing(error: BaseException) -> bool:
    """Whether reading the same bytes again may succeed: true for the disk's errors, false for broken content."""
    return isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile)


def open_landing(file: LandingFile) -> gzip.GzipFile | FileIO:
    """Open a landing file for reading its (uncompressed) bytes from the start. OSError if it cannot be."""
    return gzip.open(file.path, "rb") if file.is_compressed else file.path.open("rb", buffering=0)


def replacement_problem(file: LandingFile) -> str | None:
    """Why new bytes cannot be told from old ones: the file shrank or was replaced after lines were taken from it."""
    state = file.state
    if state.consumed == 0:
        return None
    advice = "its earlier lines stay in the lake; land new content under a new name"
    if not file.is_compressed and file.size < state.consumed:
        return f"landing/{file.name} shrank from {state.size:,} to {file.size:,} bytes: {advice}"
    if state.fingerprint and fingerprint(file, state.consumed) != state.fingerprint:
        return f"landing/{file.name} was replaced after lines were taken from it: {advice}"
    return None


def fingerprint(file: LandingFile, consumed: int) -> str | None:
    """A digest of both ends of the consumed bytes (of the head of a .gz file); None if it is gone."""
    try:
        with file.path.open("rb", buffering=0) as handle:
            if file.is_compressed:
                return hashlib.blake2b(handle.read(_GZIP_MARK_BYTES), digest_size=16).hexdigest()
            head = handle.read(min(_MARK_BYTES, consumed))
            handle.seek(max(0, consumed - _MARK_BYTES))
            tail = handle.read(min(_MARK_BYTES, consumed))
            return hashlib.blake2b(head + tail, digest_size=16).hexdigest()
    except OSError:
        return None
