"""What a channel is given to tell: notices, and the one message that carries all of them. Plain text, no markup.

Every text that came from outside is one printable line already (`domain.alerts.one_line`), so nothing in it can begin
a header, a new line or an escape sequence.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from swipesavvy.domain.alert_rules import todo_of
from swipesavvy.domain.alerts import Change, News, Severity, one_line

MOST_SPELT_OUT = 20
LONGEST_SUBJECT = 150


@dataclass(frozen=True)
class Notice:
    """One piece of news about one alert, as it was when it became news. `at` is aware UTC."""

    notice_id: str
    alert_id: str
    rule: str
    subject: str
    severity: str
    news: str
    says: str
    todo: str
    at: datetime


@dataclass(frozen=True)
class Message:
    """What is sent through one channel at once. The same notices always make the same `message_id`."""

    message_id: str
    subject: str
    text: str
    notices: tuple[Notice, ...]
    at: datetime


def notice_of(notice_id: str, change: Change, news: News, now: datetime) -> Notice:
    """The news that a change of an alert is."""
    alert = change.alert
    return Notice(
        notice_id=notice_id,
        alert_id=alert.alert_id,
        rule=alert.rule,
        subject=alert.subject,
        severity=alert.severity.value,
        news=news.value,
        says=alert.says,
        todo=todo_of(alert.rule),
        at=now,
    )


def message_of(notices: Sequence[Notice], now: datetime) -> Message:
    """One message about all of these, the worst first; beyond twenty the rest is only counted in the text."""
    ordered = sorted(notices, key=lambda notice: (notice.news == News.RESOLVED, -Severity(notice.severity).rank))
    digest = hashlib.sha256("\n".join(sorted(notice.notice_id for notice in notices)).encode()).hexdigest()
    return Message(f"msg_{digest[:32]}", _subject(ordered), _text(ordered), tuple(ordered), now)


def _subject(ordered: Sequence[Notice]) -> str:
    first = ordered[0]
    if len(ordered) == 1:
        what = f"{_kind(first)}: {first.rule} ({first.subject}) {first.news}"
    else:
        counted = Counter(_kind(notice) for notice in ordered)
        what = ", ".join(f"{count} {kind}" for kind, count in counted.items()) + f"; first {first.rule}"
    line = one_line(f"[SwipeSavvy] {what}")
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1]}…"


def _kind(notice: Notice) -> str:
    return "resolved" if notice.news == News.RESOLVED else notice.severity


def _text(ordered: Sequence[Notice]) -> str:
    parts = [_paragraph(notice) for notice in ordered[:MOST_SPELT_OUT]]
    if len(ordered) > MOST_SPELT_OUT:
        parts.append(f"and {len(ordered) - MOST_SPELT_OUT} more; `swipesavvy alerts list` shows all.")
    return "\n\n".join(parts) + "\n"


def _paragraph(notice: Notice) -> str:
    lines = [f"{notice.severity.upper()} {notice.rule} ({notice.subject}), {notice.news}", notice.says]
    if notice.news != News.RESOLVED and notice.todo:
        lines += [notice.todo, f"Take it on: swipesavvy alerts ack {notice.alert_id}"]
    lines.append(f"{notice.at:%Y-%m-%d %H:%M:%S} UTC")
    return "\n".join(lines)
