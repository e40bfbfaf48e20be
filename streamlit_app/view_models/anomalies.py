"""Anomalies in words: the list as rows, the filters it can be cut by, and one anomaly explained."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from streamlit_app.view_models.quality import Rows, severity
from swipesavvy.application.quality_queries import Anomaly
from swipesavvy.domain import figures

EVERY = "all"
DETECTORS = {
    "robust_z": "It is more than 3 robust standard deviations from the median of the same hour on the 7 days before.",
    "drop": "It is more than 30% below what the 7 days before lead to expect, and more than chance explains.",
    "zero": "Nothing came although so many were expected that chance can hardly explain it.",
    "iqr": "It lies more than 3 interquartile ranges outside the middle half of the 7 days before.",
}
_AROUND = {"hour": timedelta(days=3), "day": timedelta(days=7)}


@dataclass(frozen=True)
class Filters:
    """What the list is cut by; `all` leaves a filter open."""

    severity: str = EVERY
    anomaly_type: str = EVERY
    subject: str = EVERY


def words(name: str) -> str:
    """A stored name for people."""
    return name.replace("_", " ")


def choice(every: str) -> Callable[[str], str]:
    """How a filter writes its options; `every` stands for all of them."""
    return lambda name: every if name == EVERY else words(name)


def title(anomaly: Anomaly) -> str:
    """An anomaly in a list to choose from."""
    return f"{when(anomaly)} · {anomaly.subject} · {words(anomaly.anomaly_type)}"


def card(anomaly: Anomaly) -> str:
    """One anomaly explained, as HTML; names are escaped."""
    verdict = severity(anomaly.severity)
    affected = "" if anomaly.affected_records is None else f" Affected: {anomaly.affected_records:,} records."
    return (
        f'<p class="anomaly-head"><b class="tone-{verdict.tone}">{verdict.symbol} {escape(anomaly.severity)}</b> '
        f"{escape(words(anomaly.anomaly_type))}</p>"
        f"<p>{escape(what_happened(anomaly))}</p><p>{escape(why(anomaly))}{escape(affected)}</p>"
    )


def options(found: Sequence[Anomaly]) -> tuple[list[str], list[str], list[str]]:
    """What can be chosen: severities (worst first), kinds, subjects."""
    known = {anomaly.severity for anomaly in found}
    severities = [name for name in ("critical", "warning", "info") if name in known]
    kinds = sorted({anomaly.anomaly_type for anomaly in found})
    subjects = sorted({anomaly.subject for anomaly in found})
    return [EVERY, *severities], [EVERY, *kinds], [EVERY, *subjects]


def chosen(found: Sequence[Anomaly], filters: Filters) -> list[Anomaly]:
    """The anomalies the filters leave."""
    return [
        anomaly
        for anomaly in found
        if filters.severity in (EVERY, anomaly.severity)
        and filters.anomaly_type in (EVERY, anomaly.anomaly_type)
        and filters.subject in (EVERY, anomaly.subject)
    ]


def summary(found: Sequence[Anomaly], now: datetime) -> str:
    """How many there are, how many are bad, and the newest."""
    critical = sum(anomaly.severity == "critical" for anomaly in found)
    newest = max(anomaly.detected_for_at for anomaly in found)
    return f"{len(found):,} anomalies in 30 days, {critical:,} of them critical; the newest {figures.age(newest, now)}."


def month(found: Sequence[Anomaly]) -> tuple[datetime, datetime]:
    """The 30 days up to the newest anomaly, with a day to spare on both sides."""
    newest = max(anomaly.detected_for_at for anomaly in found)
    return newest - timedelta(days=31), newest + timedelta(days=1)


def timeline(found: Sequence[Anomaly]) -> list[dict[str, object]]:
    """Marks of the timeline: when, how bad, how far off."""
    return [
        {
            "at": f"{anomaly.detected_for_at:%Y-%m-%dT%H:%M:%S}",
            "severity": anomaly.severity,
            "subject": anomaly.subject,
            "text": what_happened(anomaly),
        }
        for anomaly in found
    ]


def anomaly_rows(found: Sequence[Anomaly]) -> Rows:
    """The list."""
    return [
        {
            "When (UTC)": when(anomaly),
            "Severity": f"{severity(anomaly.severity).symbol} {anomaly.severity}",
            "Kind": words(anomaly.anomaly_type),
            "Subject": anomaly.subject,
            "Expected": number(anomaly.expected),
            "Came": number(anomaly.actual),
            "Off by": figures.signed(anomaly.deviation_pct, "%"),
        }
        for anomaly in found
    ]


def when(anomaly: Anomaly) -> str:
    """The hour or the day it is about."""
    pattern = "%d %b %Y" if anomaly.grain == "day" else "%d %b %Y, %H:%M"
    return f"{anomaly.detected_for_at:{pattern}}"


def what_happened(anomaly: Anomaly) -> str:
    """One sentence: what came and what was expected."""
    off = "" if anomaly.deviation_pct is None else f", {figures.signed(anomaly.deviation_pct, '%')}"
    measure = "events" if anomaly.subject_type != "metric" else words(anomaly.metric_id)
    return (
        f"{anomaly.subject}: {number(anomaly.actual)} {measure} in the {anomaly.grain} of {when(anomaly)} UTC, where "
        f"{number(anomaly.expected)} were expected{off}."
    )


def why(anomaly: Anomaly) -> str:
    """Why it counts as unusual, in one sentence."""
    score = "" if anomaly.score is None else f" Its distance is {abs(anomaly.score):.1f} standard deviations."
    return DETECTORS.get(anomaly.detector, f"Found by {words(anomaly.detector)}.") + score


def span(anomaly: Anomaly) -> tuple[datetime, datetime]:
    """The time around it that a picture shows."""
    around = _AROUND.get(anomaly.grain, timedelta(days=3))
    return anomaly.detected_for_at - around, anomaly.detected_for_at + around / 3


def number(value: float | None) -> str:
    """A count or an amount."""
    return figures.written(value, "count" if value is None or float(value).is_integer() else "")
