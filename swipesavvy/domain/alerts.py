"""Alerts: what was found, the alert that groups it, and the state machine that decides what is news. No clock, no disk.

One alert per rule and subject. It is told when it opens, when it grows worse, when it is still there after the
cool-down of its severity, and when it is over; in between, and once somebody has acknowledged it, it stays quiet.
Which rules there are belongs to `alert_rules`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from swipesavvy.domain.errors import UsageError

LONGEST_TEXT = 500
LONGEST_NOTE = 500
FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=1)


class Severity(StrEnum):
    """How bad something is: `critical` asks for somebody now, `warning` today, `info` is good to know."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Its place in the order from harmless to bad."""
        return list(Severity).index(self)


class State(StrEnum):
    """Where an alert stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class News(StrEnum):
    """Why an alert is told."""

    NEW = "new"
    ESCALATED = "worse"
    REMINDER = "still there"
    REOPENED = "back again"
    RESOLVED = "resolved"


@dataclass(frozen=True)
class Finding:
    """Something a rule found wrong with a subject; `value` and `limit` in the rule's unit, where there are numbers."""

    rule: str
    subject: str
    severity: Severity
    says: str
    value: float | None = None
    limit: float | None = None


@dataclass(frozen=True)
class Alert:
    """All findings of one rule about one subject. Instants are aware UTC.

    `told_severity` is the worst one told since the last reminder; `is_told` whether this opening was told at all (one
    that comes back within its cool-down is not).
    """

    alert_id: str
    rule: str
    subject: str
    severity: Severity
    state: State
    says: str
    value: float | None
    limit: float | None
    first_seen_at: datetime
    last_seen_at: datetime
    occurrences: int
    notified_at: datetime
    told_severity: Severity
    is_told: bool = True
    resolved_at: datetime | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    note: str | None = None


@dataclass(frozen=True)
class CoolDown:
    """How long an unchanged alert stays quiet, by severity."""

    lasts: Mapping[Severity, timedelta]

    def is_over(self, alert: Alert, now: datetime) -> bool:
        """Whether the alert may be told once more."""
        return now - alert.notified_at >= self.lasts[alert.severity]


DEFAULT_COOL_DOWN = CoolDown(
    {
        Severity.CRITICAL: timedelta(hours=1),
        Severity.WARNING: timedelta(hours=6),
        Severity.INFO: timedelta(hours=24),
    }
)


@dataclass(frozen=True)
class Change:
    """An alert after something happened to it, and why that is told; None: it is not."""

    alert: Alert
    news: News | None


def opened(alert_id: str, finding: Finding, now: datetime) -> Change:
    """The alert of a finding nobody has seen before."""
    alert = Alert(
        alert_id=alert_id,
        rule=finding.rule,
        subject=finding.subject,
        severity=finding.severity,
        state=State.OPEN,
        says=one_line(finding.says),
        value=finding.value,
        limit=finding.limit,
        first_seen_at=now,
        last_seen_at=now,
        occurrences=1,
        notified_at=now,
        told_severity=finding.severity,
    )
    return Change(alert, News.NEW)


def found_again(alert: Alert, finding: Finding, now: datetime, cool_down: CoolDown) -> Change:
    """The alert after its rule found its subject wrong once more, whatever its state was."""
    seen = replace(
        alert,
        severity=finding.severity,
        says=one_line(finding.says),
        value=finding.value,
        limit=finding.limit,
        last_seen_at=now,
        occurrences=alert.occurrences + 1,
    )
    worse = finding.severity.rank > alert.told_severity.rank
    if alert.state is State.RESOLVED:
        return _back_again(seen, now, is_told=worse or cool_down.is_over(seen, now))
    if worse:
        return Change(_told(_unacknowledged(seen), now), News.ESCALATED)
    if alert.state is State.ACKNOWLEDGED or not cool_down.is_over(seen, now):
        return Change(seen, None)
    return Change(_told(seen, now), News.REMINDER)


def gone(alert: Alert, now: datetime) -> Change:
    """The alert after its rule looked and found nothing wrong; told only if its opening was."""
    if alert.state is State.RESOLVED:
        return Change(alert, None)
    news = News.RESOLVED if alert.is_told else None
    return Change(replace(alert, state=State.RESOLVED, resolved_at=now), news)


def acknowledged(alert: Alert, by: str, note: str | None, now: datetime) -> Alert:
    """The alert once somebody has taken it on: quiet until it grows worse or is over.

    UsageError if it is over already, or if the note is too long.
    """
    if alert.state is State.RESOLVED:
        raise UsageError(f"alert {alert.alert_id} is resolved already; `swipesavvy alerts list` shows the open ones")
    if note is not None and len(note) > LONGEST_NOTE:
        raise UsageError(f"the note has {len(note)} characters; use {LONGEST_NOTE} at most")
    return replace(
        alert,
        state=State.ACKNOWLEDGED,
        acknowledged_by=by,
        acknowledged_at=now,
        note=one_line(note) if note else None,
        told_severity=alert.severity,
    )


def wait_after(attempts: int) -> timedelta:
    """How long a notice waits after so many failed attempts: a minute, doubling up to an hour."""
    wait: timedelta = min(FIRST_RETRY * (1 << min(attempts - 1, 16)), LONGEST_RETRY)
    return wait


def one_line(text: str) -> str:
    """Text from outside as one printable line: it may end up in a header, a log line or a terminal."""
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    line = " ".join(printable.split())
    return line if len(line) <= LONGEST_TEXT else f"{line[: LONGEST_TEXT - 1]}…"


def _told(alert: Alert, now: datetime) -> Alert:
    return replace(alert, notified_at=now, told_severity=alert.severity, is_told=True)


def _unacknowledged(alert: Alert) -> Alert:
    return replace(alert, state=State.OPEN, acknowledged_by=None, acknowledged_at=None, note=None)


def _back_again(alert: Alert, now: datetime, *, is_told: bool) -> Change:
    back = replace(_unacknowledged(alert), resolved_at=None, is_told=False)
    return Change(_told(back, now), News.REOPENED) if is_told else Change(back, None)
