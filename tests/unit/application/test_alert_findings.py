from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swipesavvy.application.alert_findings import (
    AnomalyRow,
    Difference,
    OverdueClass,
    QualityValue,
    StoreUse,
    findings_of_build,
    findings_of_parts,
    findings_of_refresh,
    findings_of_store,
)
from swipesavvy.domain.alerts import Severity
from swipesavvy.domain.health import Part, disk_part

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass
class Build:
    """A build that says this about itself."""

    quality: list[QualityValue] = field(default_factory=list)
    anomalies: list[AnomalyRow] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    overdue: list[OverdueClass] = field(default_factory=list)
    as_of: datetime = NOW

    def quality_values(self) -> list[QualityValue]:
        return self.quality

    def newest_anomalies(self) -> list[AnomalyRow]:
        return self.anomalies

    def unexplained_differences(self, since: date) -> list[Difference]:
        return [row for row in self.differences if row.report_date >= since]

    def overdue_classes(self) -> list[OverdueClass]:
        return self.overdue


def value(metric: str, severity: str, source: str | None = None, at: float | None = 80.0) -> QualityValue:
    return QualityValue(metric, source, at, 5.0, "%", severity)


def test_a_healthy_build_finds_nothing() -> None:
    assert findings_of_build(Build(), 12.0) == []
    assert findings_of_build(Build(), None) == []


def test_rates_keep_the_severity_of_the_build_and_name_the_limit() -> None:
    build = Build([value("ingestion_rate", "critical"), value("freshness_p95_minutes", "warning", "mobile", 20.0)])
    total, mobile = findings_of_build(build, None)
    assert (total.rule, total.subject, total.severity, total.value, total.limit) == (
        *("ingestion_rate", "all", Severity.CRITICAL, 80.0, 95.0),
    )
    assert total.says.startswith("ingestion rate of all is 80% (below the limit of 95%)")
    assert (mobile.subject, mobile.limit) == ("mobile", 15.0)
    assert "20 minutes (above the limit of 15 minutes)" in mobile.says


def test_a_floor_from_the_configuration_is_the_limit() -> None:
    (found,) = findings_of_build(Build([QualityValue("events_a_day", None, 900, 10_000, "count", "warning")]), None)
    assert (found.severity, found.limit) == (Severity.WARNING, 10_000)
    assert "900 events (below the limit of 10,000 events)" in found.says


def test_what_has_no_rule_is_no_alert() -> None:
    assert findings_of_build(Build([value("something_new", "critical")]), None) == []


def test_of_promises_only_the_worst_broken_one_is_told() -> None:
    build = Build(
        [value("within_target", "info", "campaign"), value("within_acceptable", "warning", "campaign")],
        overdue=[OverdueClass("campaign", 4000, 3600)],
    )
    assert [found.rule for found in findings_of_build(build, None)] == ["service_level_overdue"]
    build.overdue = []
    assert [found.rule for found in findings_of_build(build, None)] == ["within_acceptable"]


def test_each_anomaly_is_one_finding() -> None:
    row = AnomalyRow(NOW, "hour", "event_volume", "event_type", "user_engaged", "drop", "critical", 120.0, 3.0, -97.5)
    (found,) = findings_of_build(Build(anomalies=[row]), None)
    assert (found.rule, found.severity, found.value, found.limit) == ("anomaly", Severity.CRITICAL, 3.0, 120.0)
    assert "user_engaged: drop, 3 at 2026-11-21 12:00 UTC (hour), 120 expected" in found.says


def test_differences_are_grouped_and_old_ones_forgotten() -> None:
    days = [date(2026, 11, 21) - timedelta(days=back) for back in (0, 3, 30)]
    rows = [
        Difference("google", "clicks", f"c{n}", day, size)
        for n, (day, size) in enumerate(zip(days, (2, -9, 90), strict=True))
    ]
    (found,) = findings_of_build(Build(differences=[*rows, Difference("google", "clicks", "c9", days[0], None)]), None)
    assert (found.subject, found.severity, found.value) == ("google / clicks", Severity.WARNING, -9)
    assert "on 3 campaign days" in found.says
    assert "by -9.0% (campaign c1" in found.says


def test_slow_calculations_are_found() -> None:
    (found,) = findings_of_build(Build(), 31.5)
    assert (found.rule, found.severity) == ("calculation_slow", Severity.WARNING)
    assert "31.5 s (limit 30 s)" in found.says


@pytest.mark.parametrize(
    ("free", "severity"), [(16, None), (15, "warning"), (11, "warning"), (10, "critical"), (0, "critical")]
)
def test_a_full_disk_is_found(free: int, severity: str | None) -> None:
    found = findings_of_parts([disk_part(free * 10**9, 100 * 10**9)])
    assert [(finding.rule, finding.severity.value) for finding in found] == (
        [("disk_full", severity)] if severity else []
    )


def test_a_bad_part_is_found_and_the_others_are_not() -> None:
    parts = [Part("lake", "bad", "is damaged"), Part("landing", "empty", "nothing"), Part("x", "watch", "hm")]
    (found,) = findings_of_parts(parts)
    assert (found.rule, found.subject, found.says) == ("part_bad", "lake", "lake: is damaged")


@pytest.mark.parametrize(("minutes", "severity"), [(10, None), (11, "info"), (16, "warning"), (61, "critical")])
def test_the_ladder_of_waiting(minutes: int, severity: str | None) -> None:
    found = findings_of_refresh(NOW - timedelta(minutes=minutes), NOW)
    assert [finding.severity.value for finding in found] == ([severity] if severity else [])
    assert findings_of_refresh(None, NOW) == []


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_failed_requests_count_by_their_share(good: int, bad: int) -> None:
    found = findings_of_store(StoreUse(good + bad, bad))
    assert bool(found) == (good + bad >= 20 and bad > 0.05 * (good + bad))
