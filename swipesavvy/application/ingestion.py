"""Taking landed files into the lake: what a caller may ask for and what it gets back.

Belongs here: the port to the lake and the plain values it reports. How lines are read, checked and stored is the
business of `adapters.lake`.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

EVENTS = "events"
"""Name of the event stream beside the reference tables."""

Progress = Callable[[str, int, int], None]
"""Called with (what is being taken in, bytes done, bytes in all)."""


@dataclass(frozen=True)
class LedgerRow:
    """What one batch took from one landing file; `landed` = `clean` + `duplicate` + sum of `quarantined` + `erased`.

    A later batch can change the fate of an earlier line (another copy wins, a replay accepts it, a person is erased):
    it then adds a row with `landed` 0 for that file. `scrubbed` counts lines that lost personal data on the way in;
    they are counted by their fate as well.
    """

    batch: int
    committed_at: datetime
    source: str
    landing_file: str
    landed: int
    clean: int
    duplicate: int
    quarantined: dict[str, int]
    erased: int = 0
    scrubbed: int = 0

    @property
    def balances(self) -> bool:
        """Whether every landed line is accounted for."""
        return self.landed == self.clean + self.duplicate + sum(self.quarantined.values()) + self.erased


@dataclass
class SourceReport:
    """What one ingest did for the events or for one reference table."""

    source: str
    landed: int = 0
    clean: int = 0
    duplicate: int = 0
    late: int = 0
    quarantined: Counter[str] = field(default_factory=Counter)
    batches: int = 0
    pending: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, landed: int, clean: int, duplicate: int, quarantined: dict[str, int]) -> None:
        """Count the outcome of one landing file in."""
        self.landed += landed
        self.clean += clean
        self.duplicate += duplicate
        self.quarantined.update(quarantined)


@dataclass
class IngestReport:
    """What one ingest did: a part per source, and what people should know."""

    sources: dict[str, SourceReport] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def landed(self) -> int:
        """Lines taken from the landing folders, over all sources."""
        return sum(source.landed for source in self.sources.values())

    @property
    def problems(self) -> list[str]:
        """One clear line per file that could not be read as it should; its neighbours were taken in."""
        return [problem for source in self.sources.values() for problem in source.problems]

    @property
    def pending(self) -> list[str]:
        """Places (`file:line`) of torn last lines, taken in once they are complete."""
        return [place for source in self.sources.values() for place in source.pending]


@dataclass(frozen=True)
class QuarantineFilter:
    """Which refused lines are meant; None leaves a question open. `landing_file` is relative to `landing/`."""

    source: str | None = None
    reason: str | None = None
    landing_file: str | None = None


@dataclass(frozen=True)
class QuarantinedLine:
    """One refused line: where it stands, why it was refused, when (aware UTC), and its text where that is kept."""

    source: str
    landing_file: str
    landing_line: int
    reason: str
    detail: str | None
    quarantined_at: datetime
    raw: str | None


@dataclass
class ReplayReport:
    """What judging refused lines again did: `accepted` by (source, former reason) = `clean` + `duplicate`.

    A dry replay moves nothing and leaves `clean` and `duplicate` at 0.
    """

    judged: int = 0
    accepted: Counter[tuple[str, str]] = field(default_factory=Counter)
    clean: int = 0
    duplicate: int = 0
    problems: list[str] = field(default_factory=list)

    def add(self, other: "ReplayReport") -> None:
        """Count another source in."""
        self.judged += other.judged
        self.accepted.update(other.accepted)
        self.clean += other.clean
        self.duplicate += other.duplicate
        self.problems.extend(other.problems)


@dataclass(frozen=True)
class BackfillRequest:
    """Permission to take in history of any age: why, and by whom."""

    reason: str
    requested_by: str


@dataclass(frozen=True)
class BackfillReport:
    """A file taken in as history: its name in landing, and what became of its lines in all.

    `was_known` says that the same bytes had been handed in before: nothing was counted twice.
    """

    landing_file: str
    was_known: bool
    landed: int
    clean: int
    duplicate: int
    quarantined: dict[str, int]
    problems: list[str] = field(default_factory=list)


class Lake(Protocol):
    """The validated store of everything that landed."""

    def ingest(self, now: datetime, progress: Progress | None = None) -> IngestReport:
        """Take in what has landed since the last time: events, then every reference table."""
        ...

    def ingest_events(self, now: datetime, progress: Progress | None = None) -> SourceReport:
        """Take in new lines of the event stream."""
        ...

    def ingest_table(self, name: str, now: datetime) -> SourceReport:
        """Take in new or changed files of one reference table."""
        ...

    def version(self) -> str:
        """Changes if and only if the content of the lake has changed."""
        ...

    def files(self) -> dict[str, list[Path]]:
        """Parquet files that hold the events and each reference table now."""
        ...

    def data_as_of(self) -> datetime | None:
        """The newest valid customer event or order (aware UTC), None while there is neither."""
        ...

    def ledger(self) -> list[LedgerRow]:
        """Every batch and landing file, oldest first."""
        ...

    def quarantined(self) -> dict[str, dict[str, int]]:
        """Refused lines by source and reason."""
        ...

    def quarantine_files(self) -> list[Path]:
        """Parquet files of refused lines and rows, of all sources."""
        ...

    def quarantined_lines(self, chosen: QuarantineFilter, limit: int) -> list[QuarantinedLine]:
        """The newest refused lines first."""
        ...

    def replay(self, chosen: QuarantineFilter, now: datetime, is_dry: bool = False) -> ReplayReport:
        """Judge refused lines by the present contract; those accepted now move into the lake."""
        ...

    def backfill_quarantined(
        self, chosen: QuarantineFilter, request: BackfillRequest, now: datetime, is_dry: bool = False
    ) -> ReplayReport:
        """Let events in that were refused as too old."""
        ...

    def backfill(self, file: Path, request: BackfillRequest, now: datetime) -> BackfillReport:
        """Take in a file of events of any age, once."""
        ...
