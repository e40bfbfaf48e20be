"""What a build tells about itself as events: the anomalies it found now, and that it is complete.

Belongs here: which events, their ids and properties. The same build described again gives the same ids, so nothing is
told twice. Appending them to landing is an adapter's business.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from swipesavvy.domain.identifiers import SYSTEM_USER

Event = dict[str, Any]
ANOMALY, REFRESH = "anomaly_detected", "data_refresh_completed"
DIGITS = 6
REPORTED_RATES = {
    "ingestion_rate": "ingestion_rate_percent",
    "validation_pass_rate": "validation_pass_rate_percent",
    "duplicate_rate": "duplicate_rate_percent",
    "late_arrival_rate": "late_arrival_rate_percent",
    "freshness_p95_minutes": "data_freshness_minutes",
    "completeness": "completeness_percent",
    "schema_compliance": "schema_compliance_percent",
}


@dataclass(frozen=True)
class Refresh:
    """A build about to be published; durations in seconds.

    `subject` names its content, `rates` holds its quality by metric, `errors` the lines refused by reason.
    """

    subject: str
    records: int
    duration_seconds: float
    lag_seconds: float
    errors: Mapping[str, int]
    rates: Mapping[str, float | None]


def emitted(
    event_type: str, subject: str, as_of: datetime, properties: Mapping[str, Any], id_property: str | None = None
) -> Event:
    """An event of a build about `as_of` (aware): its id hangs on type, subject and day, so that it is told once a day.

    It counts as received at the instant it describes: another machine, or a later hour, writes the same line.
    """
    at = as_of.isoformat()
    event_id = str(uuid5(NAMESPACE_URL, f"swipesavvy:{event_type}:{subject}:{as_of.date().isoformat()}"))
    named = {id_property: event_id} if id_property else {}
    return {
        "event_id": event_id,
        "event_type": event_type,
        "timestamp": at,
        "user_id": SYSTEM_USER,
        "session_id": SYSTEM_USER,
        "source": "backend",
        "properties": named | {name: _plain(value) for name, value in properties.items()},
        "context": {"channel": "scheduler"},
        "received_at": at,
    }


def anomaly_events(anomalies: Iterable[Mapping[str, Any]], as_of: datetime) -> list[Event]:
    """One event per subject with an anomaly in its newest hour or day; of both, the hour's is told."""
    found: dict[str, Event] = {}
    for row in sorted(anomalies, key=lambda one: (one["grain"] != "hour", one["anomaly_id"])):
        if not row["is_newest"]:
            continue
        about = row["metric_id"] if row["subject_type"] == "metric" else f"{row['metric_id']}:{row['subject']}"
        event = emitted(
            ANOMALY,
            f"{about}:{row['anomaly_type']}",
            as_of,
            {
                "anomaly_id": row["anomaly_id"],
                "metric_id": about,
                "anomaly_type": row["anomaly_type"],
                "anomaly_severity": row["severity"],
                "expected_value": row["expected_value"],
                "actual_value": row["actual_value"],
                "percentage_deviation": row["deviation_pct"],
                "affected_records": row["affected_records"],
                "auto_remediation_applied": False,
            },
        )
        found.setdefault(event["event_id"], event)
    return list(found.values())


def refresh_event(refresh: Refresh, as_of: datetime) -> Event:
    """The event that a build is complete, with the quality of what it rests on."""
    properties = {
        "records_processed": refresh.records,
        "refresh_duration_seconds": max(refresh.duration_seconds, 0.0),
        "data_lag_seconds": max(round(refresh.lag_seconds), 0),
        "errors_encountered": sum(refresh.errors.values()),
        "error_messages": dict(sorted(refresh.errors.items())) or None,
        "data_quality_metrics": {
            name: _plain(refresh.rates[metric]) for metric, name in REPORTED_RATES.items() if metric in refresh.rates
        },
    }
    return emitted(REFRESH, refresh.subject, as_of, properties, id_property="refresh_id")


def rates_of(metrics: Sequence[Mapping[str, Any]]) -> dict[str, float | None]:
    """The values over all sources, by metric of quality."""
    return {row["metric"]: row["value"] for row in metrics if row["source"] is None}


def _plain(value: Any) -> Any:
    """JSON knows neither infinities nor more digits than mean something."""
    if isinstance(value, float):
        return round(value, DIGITS) if math.isfinite(value) else None
    return value
