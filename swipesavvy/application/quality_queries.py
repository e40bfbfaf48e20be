"""What the pages about data quality ask of a snapshot, and the port that answers: rates, volumes, anomalies, lines.

Values only; words and colours are chosen by the dashboard's view models. A snapshot of an older build that lacks a
table answers with nothing, never with an error. Instants are aware UTC.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


@dataclass(frozen=True)
class QualityValue:
    """One metric of quality over its window; `source` is None for all events. Units: %, minutes, count."""

    metric: str
    source: str | None
    value: float | None
    numerator: float | None
    denominator: float | None
    unit: str
    target: float | None
    severity: str
    reason: str | None


@dataclass(frozen=True)
class QualityDay:
    """One metric of quality on one day, over all sources."""

    metric: str
    day: date
    value: float | None


@dataclass(frozen=True)
class TypeVolume:
    """Events of one type in the newest 24 whole hours; `expected` is None where no history says what to expect."""

    event_type: str
    count: int
    expected: float | None
    late: int


@dataclass(frozen=True)
class VolumePoint:
    """One hour of a type or a source."""

    hour_at: datetime
    count: float
    expected: float | None


@dataclass(frozen=True)
class ServiceLevelRow:
    """How soon the last 24 hours' events of a latency class could be read; seconds and percent."""

    latency_class: str
    target_seconds: float
    acceptable_seconds: float
    grace_seconds: float
    event_count: int
    within_target_pct: float | None
    within_acceptable_pct: float | None
    p95_seconds: float | None
    status: str


@dataclass(frozen=True)
class LedgerEntry:
    """What became of the lines of one landing file in one batch; `place` is the file, or the source in a sum."""

    source: str
    place: str
    batch: int | None
    committed_at: datetime
    landed: int
    clean: int
    duplicate: int
    quarantined: int
    erased: int
    scrubbed: int

    @property
    def missing(self) -> int:
        """Lines nobody can account for; anything but 0 is a fault."""
        return self.landed - self.clean - self.duplicate - self.quarantined - self.erased


@dataclass(frozen=True)
class ReasonCount:
    """Refused lines of one reason."""

    source: str
    reason: str
    lines: int
    files: int


@dataclass(frozen=True)
class RefusedLine:
    """One refused line: where it is and why it was refused, never its text."""

    source: str
    landing_file: str
    landing_line: int | None
    reason: str
    detail: str | None
    quarantined_at: datetime


@dataclass(frozen=True)
class UnlistedName:
    """A type, or a property of a known type, that the contract does not list."""

    kind: str
    event_type: str
    name: str
    event_count: int
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True)
class Reconciled:
    """One day of a campaign on a platform: what we count beside what the platform says; differences in percent."""

    platform: str
    campaign: str
    report_date: date
    measure: str
    ours: float | None
    theirs: float | None
    difference_pct: float | None
    is_flagged: bool
    reason: str | None


@dataclass(frozen=True)
class ReconciledSum:
    """A platform and measure over all days that can be compared."""

    platform: str
    measure: str
    ours: float | None
    theirs: float | None
    difference_pct: float | None
    rows: int
    flagged: int


@dataclass(frozen=True)
class Anomaly:
    """Something unusual: what was expected of a subject in an hour or a day, and what came."""

    anomaly_id: str
    detected_for_at: datetime
    grain: str
    metric_id: str
    subject_type: str
    subject: str
    anomaly_type: str
    severity: str
    detector: str
    expected: float | None
    actual: float | None
    deviation_pct: float | None
    score: float | None
    affected_records: int | None


class QualityReader(Protocol):
    """The tables about quality in one snapshot. Each answer is empty where the snapshot lacks the table."""

    def values(self) -> Sequence[QualityValue]:
        """Every metric of quality, of all events first."""
        ...

    def days(self) -> Sequence[QualityDay]:
        """Every metric of quality over all sources day by day, oldest first."""
        ...

    def volumes(self) -> Sequence[TypeVolume]:
        """The newest 24 whole hours by type, most events first."""
        ...

    def series(self, subject_type: str, subject: str, first: datetime, last: datetime) -> Sequence[VolumePoint]:
        """Hours of an `event_type` or a `source` between two instants, oldest first."""
        ...

    def newest_hour(self) -> datetime | None:
        """The start of the newest hour that volumes are known of."""
        ...

    def service_levels(self) -> Sequence[ServiceLevelRow]:
        """Every latency class."""
        ...

    def ledger(self, *, by_file: bool, limit: int) -> Sequence[LedgerEntry]:
        """The ledger by file and batch, newest first, or summed by source."""
        ...

    def reasons(self) -> Sequence[ReasonCount]:
        """Why lines were refused, most lines first."""
        ...

    def refused(self, reason: str | None, limit: int) -> Sequence[RefusedLine]:
        """The newest refused lines, of one reason or of all."""
        ...

    def unlisted(self) -> Sequence[UnlistedName]:
        """Names the contract does not list, most events first."""
        ...

    def reconciliation(self, limit: int) -> Sequence[Reconciled]:
        """Flagged days, newest first."""
        ...

    def reconciliation_sums(self) -> Sequence[ReconciledSum]:
        """Platforms and measures over all days."""
        ...

    def anomalies(self) -> Sequence[Anomaly]:
        """Every anomaly, newest first."""
        ...


class HasQuality(Protocol):
    """A snapshot, as far as it is asked here."""

    @property
    def quality(self) -> QualityReader:
        """Its tables about quality."""
        ...


LINES_SHOWN = 200
"""Rows a page lists at most of what may be many."""


def quality_values(snapshot: HasQuality) -> Sequence[QualityValue]:
    """Every metric of quality."""
    return snapshot.quality.values()


def quality_days(snapshot: HasQuality) -> Sequence[QualityDay]:
    """Their history."""
    return snapshot.quality.days()


def volumes(snapshot: HasQuality) -> Sequence[TypeVolume]:
    """The newest 24 whole hours by type."""
    return snapshot.quality.volumes()


def newest_hour(snapshot: HasQuality) -> datetime | None:
    """The start of the newest hour that volumes are known of."""
    return snapshot.quality.newest_hour()


def volume_series(
    snapshot: HasQuality, subject_type: str, subject: str, first: datetime, last: datetime
) -> Sequence[VolumePoint]:
    """Hours of a type or a source."""
    return snapshot.quality.series(subject_type, subject, first, last)


def service_levels(snapshot: HasQuality) -> Sequence[ServiceLevelRow]:
    """Every latency class."""
    return snapshot.quality.service_levels()


def ledger_sums(snapshot: HasQuality) -> Sequence[LedgerEntry]:
    """The ledger by source."""
    return snapshot.quality.ledger(by_file=False, limit=LINES_SHOWN)


def ledger_files(snapshot: HasQuality) -> Sequence[LedgerEntry]:
    """The newest entries of the ledger by file and batch."""
    return snapshot.quality.ledger(by_file=True, limit=LINES_SHOWN)


def quarantine_reasons(snapshot: HasQuality) -> Sequence[ReasonCount]:
    """Why lines were refused."""
    return snapshot.quality.reasons()


def refused_lines(snapshot: HasQuality, reason: str | None) -> Sequence[RefusedLine]:
    """The newest refused lines."""
    return snapshot.quality.refused(reason, LINES_SHOWN)


def unlisted_names(snapshot: HasQuality) -> Sequence[UnlistedName]:
    """Names the contract does not list."""
    return snapshot.quality.unlisted()


def reconciliation(snapshot: HasQuality) -> Sequence[Reconciled]:
    """Flagged days of the comparison with other platforms."""
    return snapshot.quality.reconciliation(LINES_SHOWN)


def reconciliation_sums(snapshot: HasQuality) -> Sequence[ReconciledSum]:
    """The comparison with other platforms in sums."""
    return snapshot.quality.reconciliation_sums()


def anomalies(snapshot: HasQuality) -> Sequence[Anomaly]:
    """Every anomaly, newest first."""
    return snapshot.quality.anomalies()
