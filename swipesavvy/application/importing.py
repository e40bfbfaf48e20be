"""Importing someone's own file by a mapping: the order of things, what counts as failure, what is reported.

Belongs here: the use case and its ports. Not here: the language (`domain.mapping`), YAML, files and vectorised
execution (`adapters.importing`).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from swipesavvy.domain.errors import BadInputError
from swipesavvy.domain.mapping.checking import SourceShape, check_mapping
from swipesavvy.domain.mapping.model import Mapping, SourceOptions
from swipesavvy.domain.mapping.nodes import Complaint, Complaints, Node
from swipesavvy.domain.mapping.reading import read_mapping

SHOWN_COMPLAINTS = 20
Progress = Callable[[int, int], None]
"""Called with (bytes done, bytes in all)."""


class MappingError(BadInputError):
    """A mapping that cannot be used; `lines` says each thing to mend with its file, line and column."""

    def __init__(self, file: str, complaints: Sequence[Complaint]) -> None:
        """`complaints` are the errors, in the order of the file."""
        shown = [complaint.line(file) for complaint in complaints[:SHOWN_COMPLAINTS]]
        self.lines = shown if len(complaints) > 1 else []
        more = len(complaints) - len(shown)
        rest = f" ({more} more not shown)" if more else ""
        summary = f"{file}: {len(complaints)} things to mend{rest}, nothing was imported"
        super().__init__(summary if self.lines else shown[0])


@dataclass(frozen=True)
class RowProblem:
    """Why one source row was left out."""

    line: int
    column: str | None
    value: str | None
    reason: str

    def text(self, file: str) -> str:
        """One line for people."""
        what = f"{self.column}: {self.value!r} {self.reason}" if self.column else f"the row {self.reason}"
        return f"{file}:{self.line}: {what}"


@dataclass(frozen=True)
class ChunkOutcome:
    """What one chunk of rows became: lines to land, by event type and by table, and rows left out."""

    rows: int
    dismissed: int
    event_lines: Sequence[str]
    events: Counter[str]
    problems: Sequence[RowProblem]
    position: int


@dataclass
class ImportReport:
    """What an import did. Every source row is in exactly one of imported, filtered, skipped."""

    source: str
    mapping: str
    rows: int = 0
    imported: int = 0
    filtered: int = 0
    skipped: int = 0
    events: Counter[str] = field(default_factory=Counter)
    tables: Counter[str] = field(default_factory=Counter)
    files: list[Path] = field(default_factory=list)
    problems_file: Path | None = None
    first_problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class Program(Protocol):
    """A mapping compiled for one file. Rows go through `run`; what tables gather comes out at the end."""

    def run(self) -> Iterator[ChunkOutcome]:
        """Read the file and yield what each chunk became."""
        ...

    def table_lines(self) -> Iterator[tuple[str, Sequence[str]]]:
        """After `run`: rows to land per reference table, constant rows first."""
        ...

    def late_problems(self) -> Sequence[RowProblem]:
        """After `table_lines`: rows whose gathered values break a limit."""
        ...

    def repeated_keys(self) -> int:
        """After `run`: rows whose row key an earlier row had."""
        ...


class Source(Protocol):
    """An open source file."""

    size: int
    digest: str
    shape: SourceShape

    def compiled(self, mapping: Mapping, complaints: Complaints) -> Program:
        """The mapping as a program over this file; impossible constants are complaints."""
        ...


class Landing(Protocol):
    """Files of one import, invisible until `keep`. Leaving without it removes them."""

    def add(self, folder: str, lines: Sequence[str]) -> None:
        """Append lines to the file of `events` or of a table."""
        ...

    def note(self, problems: Sequence[RowProblem], source: str) -> None:
        """Append to the list of rows left out."""
        ...

    def keep(self) -> tuple[list[Path], Path | None]:
        """Make the landed files visible, whole; returns them and the list of rows left out, if any."""
        ...

    def keep_notes(self) -> Path | None:
        """Keep only the list of rows left out."""
        ...

    def others(self) -> list[str]:
        """Names of landed files of the same source by another version of the mapping."""
        ...


@dataclass(frozen=True)
class ImportPorts:
    """What an import needs from outside."""

    load_document: Callable[[Path, Complaints], Node | None]
    open_source: Callable[[Path, SourceOptions], AbstractContextManager[Source]]
    open_landing: Callable[[str, str], AbstractContextManager[Landing]]


def load_mapping(path: Path, ports: ImportPorts) -> tuple[Mapping, Complaints]:
    """Read a mapping file. MappingError with every error found, BadInputError if there is no such file."""
    complaints = Complaints()
    document = ports.load_document(path, complaints)
    mapping = None if document is None else read_mapping(document, complaints)
    if mapping is None or complaints.errors:
        raise MappingError(str(path), complaints.errors)
    return mapping, complaints


def import_file(
    source_path: Path, mapping_path: Path, ports: ImportPorts, progress: Progress, *, is_trial: bool = False
) -> ImportReport:
    """Turn a file's rows into landed events and reference rows.

    Importing the same file by the same mapping again writes the same files. A row with a problem is left out whole and
    listed; BadInputError if no row is left. With `is_trial` everything is checked and nothing is written.
    """
    mapping, complaints = load_mapping(mapping_path, ports)
    with ports.open_source(source_path, mapping.source) as source:
        check_mapping(mapping, source.shape, complaints)
        program = None if complaints.errors else source.compiled(mapping, complaints)
        if program is None or complaints.errors:
            raise MappingError(str(mapping_path), complaints.errors)
        stem = f"import-{mapping.name}-{source.digest[:12]}"
        report = ImportReport(source_path.name, mapping.name)
        report.warnings = [warning.line(str(mapping_path)) for warning in complaints.warnings]
        with ports.open_landing(stem, mapping.fingerprint[:8]) as landing:
            _fill(report, program, landing, lambda done: progress(done, source.size))
            if not report.imported:
                raise BadInputError(_nothing(report, None if is_trial else landing.keep_notes()))
            if not is_trial:
                report.warnings += _other_versions(landing.others())
                report.files, report.problems_file = landing.keep()
    return report


def _fill(report: ImportReport, program: Program, landing: Landing, progress: Callable[[int], None]) -> None:
    for outcome in program.run():
        landing.add("events", outcome.event_lines)
        report.events += outcome.events
        report.rows += outcome.rows
        report.filtered += outcome.dismissed
        _note(report, outcome.problems, landing)
        progress(outcome.position)
    report.imported = report.rows - report.filtered - report.skipped
    for table, lines in program.table_lines():
        landing.add(table, lines)
        report.tables[table] += len(lines)
    late = program.late_problems()
    landing.note(late, report.source)
    report.first_problems += [problem.text(report.source) for problem in late[:3]]
    repeated = program.repeated_keys()
    if repeated:
        text = f"{repeated:,} rows share their row_key with an earlier row: their events have the same ids and count"
        report.warnings.append(f"{report.source}: {text} as duplicates; a row_key must tell all rows apart")


def _note(report: ImportReport, problems: Sequence[RowProblem], landing: Landing) -> None:
    landing.note(problems, report.source)
    report.skipped += len({problem.line for problem in problems})
    room = 3 - len(report.first_problems)
    report.first_problems += [problem.text(report.source) for problem in problems[: max(room, 0)]]


def _nothing(report: ImportReport, notes: Path | None) -> str:
    if not report.rows:
        return f"{report.source} has no rows; nothing was imported"
    if not report.skipped:
        return f"no row of {report.source} passes the mapping's `when`; nothing was imported"
    listed = f"; all are listed in {notes}" if notes else ""
    first = report.first_problems[0]
    return f"none of the {report.rows:,} rows of {report.source} could be imported, the first: {first}{listed}"


def _other_versions(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    text = "landing already holds this file as imported by another version of the mapping; its rows stay beside the new"
    return [f"{text} ones: {', '.join(names)}"]
