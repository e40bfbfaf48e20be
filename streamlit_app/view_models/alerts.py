"""Alerts in words: what needs looking after, and where each stands."""

from collections.abc import Sequence
from datetime import datetime

from streamlit_app.view_models.quality import Rows, severity
from swipesavvy.domain import figures
from swipesavvy.domain.alerts import Alert, State


def summary(found: Sequence[Alert]) -> str:
    """How many there are and how many nobody has taken on."""
    waiting = sum(alert.state is State.OPEN for alert in found)
    taken = len(found) - waiting
    return f"{len(found)} to look after: {waiting} open, {taken} acknowledged and quiet until worse or over."


def waiting(found: Sequence[Alert]) -> list[Alert]:
    """Those nobody has taken on."""
    return [alert for alert in found if alert.state is State.OPEN]


def title(alert: Alert) -> str:
    """An alert in a list to choose from."""
    return f"{alert.rule.replace('_', ' ')} · {alert.subject}"


def alert_rows(found: Sequence[Alert], now: datetime) -> Rows:
    """One line per alert."""
    return [
        {
            "Severity": f"{severity(alert.severity).symbol} {alert.severity}",
            "Rule": alert.rule.replace("_", " "),
            "Subject": alert.subject,
            "What": alert.says,
            "State": _state(alert, now),
            "Since": figures.age(alert.first_seen_at, now),
            "Last seen": figures.age(alert.last_seen_at, now),
            "Times": f"{alert.occurrences:,}",
        }
        for alert in found
    ]


def _state(alert: Alert, now: datetime) -> str:
    if alert.acknowledged_by is None or alert.acknowledged_at is None or alert.state is not State.ACKNOWLEDGED:
        return str(alert.state)
    note = f": {alert.note}" if alert.note else ""
    return f"acknowledged by {alert.acknowledged_by}, {figures.age(alert.acknowledged_at, now)}{note}"
