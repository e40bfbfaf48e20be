"""Landed files of one import: written beside, shown all together at the end, the same bytes for the same input.

Belongs here: names and durability of what `import` writes. Not here: what the lines say.
"""

import filecmp
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from swipesavvy.adapters.durable import sync_folder
from swipesavvy.adapters.processes import is_running, process_identity
from swipesavvy.application.importing import RowProblem
from swipesavvy.domain.errors import BadInputError
from swipesavvy.domain.home import Home

_NOTES = "imports"


class LandingFiles:
    """The files of one import. Until `keep` they are hidden and marked as belonging to this process."""

    def __init__(self, home: Home, stem: str, version: str) -> None:
        """`stem` names the import, `version` the state of its mapping."""
        self._home = home
        self._stem = stem
        self._name = f"{stem}-{version}"
        self._open: dict[Path, BinaryIO] = {}

    def add(self, folder: str, lines: Sequence[str]) -> None:
        """Append lines to the file of `events` or of a reference table."""
        if lines:
            self._handle(self._home.landing / folder / f"{self._name}.jsonl").write(("\n".join(lines) + "\n").encode())

    def note(self, problems: Sequence[RowProblem], source: str) -> None:
        """Append to the list of rows left out, one JSON object a line."""
        if not problems:
            return
        handle = self._handle(self._notes)
        for problem in problems:
            row = {"file": source, "line": problem.line, "column": problem.column, "value": problem.value}
            handle.write((json.dumps({**row, "reason": problem.reason}, ensure_ascii=False) + "\n").encode())

    def keep(self) -> tuple[list[Path], Path | None]:
        """Show the files: reference tables first, so that events never precede what they point to."""
        notes = self.keep_notes()
        events = self._home.landing_events / f"{self._name}.jsonl"
        ordered = sorted(self._open, key=lambda path: (path == events, path))
        for path in ordered:
            self._show(path)
        return ordered, notes

    def keep_notes(self) -> Path | None:
        """Show only the list of rows left out, if there is any."""
        if self._notes in self._open:
            self._show(self._notes)
            return self._notes
        self._notes.unlink(missing_ok=True)
        return None

    def others(self) -> list[str]:
        """Names of landed files of the same source by another version of the mapping."""
        names = {path.name for path in self._home.landing.glob(f"*/{self._stem}-*.jsonl")}
        return sorted(names - {f"{self._name}.jsonl"})

    def remove_leftovers(self) -> None:
        """Remove hidden files of this import that a killed process left."""
        for folder in (self._home.landing, self._notes.parent):
            for path in folder.glob(f"**/.{self._stem}-*.tmp"):
                if not is_running(path.name.removesuffix(".tmp").rpartition(".jsonl.")[2]):
                    path.unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove what was not kept."""
        for path, handle in self._open.items():
            handle.close()
            self._hidden(path).unlink(missing_ok=True)

    @property
    def _notes(self) -> Path:
        return self._home.logs / _NOTES / f"{self._name}.jsonl"

    def _handle(self, path: Path) -> BinaryIO:
        if path not in self._open:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._open[path] = self._hidden(path).open("wb")
        return self._open[path]

    def _hidden(self, path: Path) -> Path:
        return path.with_name(f".{path.name}.{process_identity()}.tmp")

    def _show(self, path: Path) -> None:
        handle = self._open.pop(path)
        handle.flush()
        os.fsync(handle.fileno())
        handle.close()
        hidden = self._hidden(path)
        if path.exists() and filecmp.cmp(path, hidden, shallow=False):
            # Untouched, so that a second import is no news to anyone who watches the folder.
            hidden.unlink()
            return
        hidden.replace(path)
        sync_folder(path.parent)


@contextmanager
def open_landing(home: Home, stem: str, version: str) -> Iterator[LandingFiles]:
    """The files of one import; what is not kept is removed. BadInputError if the home cannot be written."""
    files = LandingFiles(home, stem, version)
    try:
        files.remove_leftovers()
        yield files
    except OSError as error:
        raise BadInputError(f"cannot write to {home.root}: {error.strerror or error}; nothing was imported") from error
    finally:
        files.discard()
