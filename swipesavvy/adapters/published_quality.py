"""What the published snapshot says about its own quality, read for the alert rules. Only the queries are here."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import duckdb

from swipesavvy.adapters.serving_files import snapshot_path
from swipesavvy.application.alert_findings import AnomalyRow, Difference, OverdueClass, QualityValue
from swipesavvy.domain.home import Home

Row = TypeVar("Row")


class SnapshotQuality:
    """One published build, open read-only."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """`connection` is on the snapshot of the build."""
        self._connection = connection

    @property
    def as_of(self) -> datetime:
        """The instant the build describes."""
        ((as_of,),) = self._connection.execute("select as_of from build_info").fetchall()
        return _aware(as_of)

    def quality_values(self) -> list[QualityValue]:
        """Every metric of quality that is not `ok`."""
        return self._rows(QualityValue, "quality_metrics where severity <> 'ok' order by all")

    def newest_anomalies(self) -> list[AnomalyRow]:
        """What is unusual in the newest whole hour or day."""
        return self._rows(AnomalyRow, "anomalies where is_newest order by all")

    def unexplained_differences(self, since: date) -> list[Difference]:
        """Flagged differences to the platforms without a known reason, of days since."""
        flagged = "is_flagged and reason = 'unexplained' and report_date >= ?"
        return self._rows(Difference, f"reconciliation where {flagged} order by all", [since])

    def overdue_classes(self) -> list[OverdueClass]:
        """Latency classes that count as missing."""
        return self._rows(OverdueClass, "service_levels where status = 'overdue' order by all")

    def _rows(self, kind: type[Row], tail: str, parameters: list[Any] | None = None) -> list[Row]:
        names = [column.name for column in fields(kind)]  # type: ignore[arg-type]
        found = self._connection.execute(f"select {', '.join(names)} from {tail}", parameters or [])  # noqa: S608 - ours
        return [
            kind(*(_aware(cell) if isinstance(cell, datetime) else cell for cell in row)) for row in found.fetchall()
        ]


@contextmanager
def published_quality(home: Home, build_id: str) -> Iterator[SnapshotQuality]:
    """The snapshot of a build; its file exists as long as it is among those kept."""
    with duckdb.connect(snapshot_path(home, build_id), read_only=True) as connection:
        yield SnapshotQuality(connection)


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
