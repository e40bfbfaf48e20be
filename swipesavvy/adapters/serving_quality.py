"""Reading the tables about data quality from a published snapshot: SQL of the reading side, and rows into values.

Belongs here: the answers of `application.quality_queries`. Opening snapshots belongs to `serving`.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import duckdb

from swipesavvy.application.quality_queries import (
    Anomaly,
    LedgerEntry,
    QualityDay,
    QualityValue,
    ReasonCount,
    Reconciled,
    ReconciledSum,
    RefusedLine,
    ServiceLevelRow,
    TypeVolume,
    UnlistedName,
    VolumePoint,
)

log = logging.getLogger(__name__)
Fetch = Callable[[str, list[Any] | None], list[tuple[Any, ...]]]
Value = TypeVar("Value")

_LEDGER_FILES = """
select source, landing_file, batch, committed_at, landed, clean, duplicate,
  coalesce(list_sum(map_values(quarantined)), 0)::bigint, erased, scrubbed
from ledger order by committed_at desc, batch desc, source, landing_file limit ?"""
_LEDGER_SUMS = """
select source, source, null, max(committed_at), sum(landed)::bigint, sum(clean)::bigint, sum(duplicate)::bigint,
  sum(coalesce(list_sum(map_values(quarantined)), 0))::bigint, sum(erased)::bigint, sum(scrubbed)::bigint
from ledger group by source order by source <> 'events', source limit ?"""
# Ratios do not add up, and where nothing can be compared a sum would compare unequal things.
_RECONCILED_SUMS = """
select platform, measure,
  case when measure <> 'ctr' then sum(ours) filter (where ours is not null and theirs is not null) end as we,
  case when measure <> 'ctr' then sum(theirs) filter (where ours is not null and theirs is not null) end as they,
  100 * (we - they) / nullif(they, 0), count(*), count(*) filter (where is_flagged)
from reconciliation group by platform, measure order by platform, measure"""


# A sum of expectations is one only where every part has one.
_SERIES = {
    "event_type": """
select hour_at, sum(event_count)::double, case when count(*) = count(expected_count) then sum(expected_count) end
from event_volumes where event_type = ? and hour_at between ? and ? group by hour_at order by hour_at""",
    "source": """
select hour_at, sum(event_count)::double, case when count(*) = count(expected_count) then sum(expected_count) end
from event_volumes where source = ? and hour_at between ? and ? group by hour_at order by hour_at""",
}


class ServedQuality:
    """The tables about quality of one snapshot."""

    def __init__(self, fetch: Fetch) -> None:
        """`fetch` runs one query with its parameters and gives all rows."""
        self._fetch = fetch

    def values(self) -> Sequence[QualityValue]:
        """Every metric of quality, of all events first."""
        return self._read(
            QualityValue,
            "select metric, source, value, numerator, denominator, unit, target, severity, reason"
            " from quality_metrics order by source is not null, metric, source",
        )

    def days(self) -> Sequence[QualityDay]:
        """The history of the metrics over all sources."""
        return self._read(
            QualityDay, "select metric, day, value from quality_days where source is null order by metric, day"
        )

    def volumes(self) -> Sequence[TypeVolume]:
        """The newest 24 whole hours by type."""
        return self._read(
            TypeVolume,
            "select event_type, sum(event_count)::bigint,"
            " case when count(*) = count(expected_count) then sum(expected_count) end, sum(late_count)::bigint"
            " from event_volumes where hour_at > (select max(hour_at) from event_volumes) - interval 24 hour"
            " group by event_type order by 2 desc, 1",
        )

    def series(self, subject_type: str, subject: str, first: datetime, last: datetime) -> Sequence[VolumePoint]:
        """Hours of a type or a source."""
        bounds = [moment.astimezone(UTC).replace(tzinfo=None) for moment in (first, last)]
        query = _SERIES.get(subject_type)
        return self._read(VolumePoint, query, [subject, *bounds]) if query else []

    def newest_hour(self) -> datetime | None:
        """The start of the newest hour that volumes are known of."""
        found = self._rows("select max(hour_at) from event_volumes")
        return found[0][0] if found else None

    def service_levels(self) -> Sequence[ServiceLevelRow]:
        """Every latency class."""
        return self._read(
            ServiceLevelRow,
            "select latency_class, target_seconds, acceptable_seconds, grace_seconds, event_count, within_target_pct,"
            " within_acceptable_pct, p95_seconds, status from service_levels order by event_count desc, latency_class",
        )

    def ledger(self, *, by_file: bool, limit: int) -> Sequence[LedgerEntry]:
        """The ledger by file and batch, or by source."""
        return self._read(LedgerEntry, _LEDGER_FILES if by_file else _LEDGER_SUMS, [limit])

    def reasons(self) -> Sequence[ReasonCount]:
        """Why lines were refused."""
        return self._read(
            ReasonCount,
            "select source, reason, sum(line_count)::bigint, count(distinct landing_file) from quarantine_reasons"
            " group by source, reason order by 3 desc, 1, 2",
        )

    def refused(self, reason: str | None, limit: int) -> Sequence[RefusedLine]:
        """The newest refused lines."""
        return self._read(
            RefusedLine,
            "select source, landing_file, landing_line, reason, detail, quarantined_at from quarantined_lines"
            " where ? is null or reason = ?"
            " order by quarantined_at desc, landing_file desc, landing_line desc limit ?",
            [reason, reason, limit],
        )

    def unlisted(self) -> Sequence[UnlistedName]:
        """Names the contract does not list."""
        return self._read(
            UnlistedName,
            "select kind, event_type, name, event_count, first_seen_at, last_seen_at from unlisted_names"
            " order by event_count desc, kind, event_type, name",
        )

    def reconciliation(self, limit: int) -> Sequence[Reconciled]:
        """Flagged days, newest first."""
        return self._read(
            Reconciled,
            "select platform, coalesce(c.name, r.campaign_id), report_date, measure, ours, theirs, difference_pct,"
            " is_flagged, reason from reconciliation as r left join dim_campaigns as c using (campaign_id)"
            " where is_flagged order by report_date desc, abs(difference_pct) desc nulls first, platform, 2, measure"
            " limit ?",
            [limit],
        )

    def reconciliation_sums(self) -> Sequence[ReconciledSum]:
        """Platforms and measures over all days."""
        return self._read(ReconciledSum, _RECONCILED_SUMS)

    def anomalies(self) -> Sequence[Anomaly]:
        """Every anomaly, newest first."""
        return self._read(
            Anomaly,
            "select anomaly_id, detected_for_at, grain, metric_id, subject_type, subject, anomaly_type, severity,"
            " detector, expected_value, actual_value, deviation_pct, score, affected_records from anomalies"
            " order by detected_for_at desc, array_position(['critical', 'warning', 'info'], severity), anomaly_id",
        )

    def _read(self, kind: Callable[..., Value], query: str, parameters: list[Any] | None = None) -> list[Value]:
        return [kind(*row) for row in self._rows(query, parameters)]

    def _rows(self, query: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        try:
            found = self._fetch(query, parameters)
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            # A snapshot of an older build lacks the table or the column; the page says what fills it.
            log.info("this snapshot cannot say: %s", str(error).splitlines()[0])
            return []
        return [tuple(_aware(value) for value in row) for row in found]


def _aware(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value
