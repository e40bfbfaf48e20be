"""What the alert rules find: in a published build, in the parts of an installation, in a refresh that does not come.

Pure: served rows, parts and instants in, findings out. Limits and words are declared in `domain.alert_rules`; rates
were judged by the quality models already, so their severity is taken as it is.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from swipesavvy.domain.alert_rules import RULES, Rule, rule_named
from swipesavvy.domain.alerts import Finding, Severity
from swipesavvy.domain.health import Part

EVERYTHING = "all"
RECONCILED_DAYS = timedelta(days=7)
FEWEST_REQUESTS = 20
_DECLARED = frozenset(rule.rule_id for rule in RULES)
_UNWELL = "bad"


@dataclass(frozen=True)
class QualityValue:
    """A metric of quality of one source (None: all events) as the build judged it; `severity` may be `ok`."""

    metric: str
    source: str | None
    value: float | None
    target: float | None
    unit: str
    severity: str


@dataclass(frozen=True)
class AnomalyRow:
    """An unusual newest hour or day; `detected_for_at` is its start, aware UTC."""

    detected_for_at: datetime
    grain: str
    metric_id: str
    subject_type: str
    subject: str
    anomaly_type: str
    severity: str
    expected_value: float | None
    actual_value: float
    deviation_pct: float | None


@dataclass(frozen=True)
class Difference:
    """One measure of one campaign and day that a platform counts differently, for no known reason; percent."""

    platform: str
    measure: str
    campaign_id: str
    report_date: date
    difference_pct: float | None


@dataclass(frozen=True)
class OverdueClass:
    """A latency class whose 95th percentile lies beyond its grace period; seconds."""

    latency_class: str
    p95_seconds: float
    grace_seconds: float


class PublishedQuality(Protocol):
    """What a published build says about its own quality."""

    @property
    def as_of(self) -> datetime:
        """The instant the build describes."""
        ...

    def quality_values(self) -> list[QualityValue]:
        """Every metric of quality that is not `ok`."""
        ...

    def newest_anomalies(self) -> list[AnomalyRow]:
        """What is unusual in the newest whole hour or day."""
        ...

    def unexplained_differences(self, since: date) -> list[Difference]:
        """Flagged differences to the platforms without a known reason, of days since."""
        ...

    def overdue_classes(self) -> list[OverdueClass]:
        """Latency classes that count as missing."""
        ...


@dataclass(frozen=True)
class StoreUse:
    """Requests to the operational store since the last look, and how many of them failed."""

    requests: int
    failures: int


def findings_of_build(published: PublishedQuality, calculation_seconds: float | None) -> list[Finding]:
    """Everything the rules of a build find in it."""
    overdue = published.overdue_classes()
    findings = [_quality(row) for row in _worst_promises(published.quality_values(), overdue)]
    findings += [_anomaly(row) for row in published.newest_anomalies()]
    findings += _differences(published.unexplained_differences((published.as_of - RECONCILED_DAYS).date()))
    findings += [_overdue_class(row) for row in overdue]
    if calculation_seconds is not None:
        findings += judged("calculation_slow", "metrics", calculation_seconds, "calculating the metrics took")
    return findings


def findings_of_parts(parts: Iterable[Part]) -> list[Finding]:
    """Everything the rules find in the parts of an installation."""
    findings: list[Finding] = []
    for part in parts:
        free, total = part.details.get("free_bytes"), part.details.get("total_bytes")
        if isinstance(free, int) and isinstance(total, int) and total > 0:
            # A part that can say how full it is has a rule of its own.
            findings += judged("disk_full", part.name, 100 * (1 - free / total), f"{free / 1e9:,.1f} GB free, used")
        elif part.state == _UNWELL:
            says = f"{part.name}: {part.says}"
            findings.append(rule_named("part_bad").finding(part.name, Severity.CRITICAL, says))
    return findings


def findings_of_refresh(waiting_since: datetime | None, now: datetime) -> list[Finding]:
    """Whether landed data has waited too long for a run; None: nothing waits."""
    if waiting_since is None:
        return []
    minutes = (now - waiting_since).total_seconds() / 60
    return judged("refresh_overdue", "refresh", minutes, "landed data has waited to be published for")


def findings_of_store(use: StoreUse) -> list[Finding]:
    """Whether too many requests to the operational store fail; a handful of requests says nothing."""
    if use.requests < FEWEST_REQUESTS:
        return []
    share = 100 * use.failures / use.requests
    return judged(
        "database_errors", "operational store", share, f"{use.failures:,} of {use.requests:,} requests failed,"
    )


def judged(rule_id: str, subject: str, value: float, begins: str) -> list[Finding]:
    """What a rule with limits of its own says about a value: one finding, or none."""
    rule = rule_named(rule_id)
    severity = rule.severity_of(value)
    if severity is None:
        return []
    says = f"{begins} {_with_unit(value, rule.unit)} (limit {_limit(rule, severity)})"
    return [rule.finding(subject, severity, says, value)]


def _limit(rule: Rule, severity: Severity) -> str:
    limit = rule.limit_of(severity)
    return "none" if limit is None else _with_unit(limit, rule.unit)


def _with_unit(value: float, unit: str) -> str:
    number = f"{value:,.1f}".removesuffix(".0")
    return f"{number}%" if unit == "%" else f"{number} {unit}".strip()


def _worst_promises(rows: Iterable[QualityValue], overdue: Iterable[OverdueClass]) -> list[QualityValue]:
    """The values that have a rule; of the promises to one latency class only the worst that was broken."""
    declared = [row for row in rows if row.metric in _DECLARED]
    missing: set[str | None] = {row.latency_class for row in overdue}
    unacceptable = missing | {row.source for row in declared if row.metric == "within_acceptable"}
    covered: dict[str, set[str | None]] = {"within_acceptable": missing, "within_target": unacceptable}
    return [row for row in declared if row.source not in covered.get(row.metric, ())]


def _quality(row: QualityValue) -> Finding:
    rule, severity = rule_named(row.metric), Severity(row.severity)
    limit = rule.limit_of(severity)
    limit = row.target if limit is None else limit
    subject = row.source or EVERYTHING
    value = "unknown" if row.value is None else _with_unit(row.value, rule.unit)
    against = "" if limit is None else f" ({rule.side} the limit of {_with_unit(limit, rule.unit)})"
    says = f"{row.metric.replace('_', ' ')} of {subject} is {value}{against}: {rule.when}"
    return Finding(rule.rule_id, subject, severity, says, row.value, limit)


def _anomaly(row: AnomalyRow) -> Finding:
    expected = "none expected" if row.expected_value is None else f"{row.expected_value:,.6g} expected"
    at = f"{row.detected_for_at:%Y-%m-%d %H:%M} UTC ({row.grain})"
    says = f"{row.metric_id} of {row.subject}: {row.anomaly_type.replace('_', ' ')}, {row.actual_value:,.6g} at {at}, "
    subject = f"{row.metric_id} / {row.subject_type} {row.subject} / {row.grain}"
    return Finding("anomaly", subject, Severity(row.severity), says + expected, row.actual_value, row.expected_value)


def _differences(rows: Iterable[Difference]) -> list[Finding]:
    groups: dict[tuple[str, str], list[Difference]] = defaultdict(list)
    for row in rows:
        groups[row.platform, row.measure].append(row)
    rule, findings = rule_named("reconciliation"), []
    for (platform, measure), group in sorted(groups.items()):
        worst = max(group, key=lambda row: abs(row.difference_pct or 0))
        size = "" if worst.difference_pct is None else f" by {worst.difference_pct:+,.1f}%"
        says = (
            f"{measure} of {platform} differs on {len(group)} campaign days of the last week, most{size} "
            f"(campaign {worst.campaign_id}, {worst.report_date})"
        )
        findings.append(rule.finding(f"{platform} / {measure}", Severity.WARNING, says, worst.difference_pct))
    return findings


def _overdue_class(row: OverdueClass) -> Finding:
    grace = row.grace_seconds
    says = (
        f"95% of {row.latency_class} took up to {row.p95_seconds:,.0f} s; after {grace:,.0f} s data counts as missing"
    )
    return Finding("service_level_overdue", row.latency_class, Severity.WARNING, says, row.p95_seconds, grace)
