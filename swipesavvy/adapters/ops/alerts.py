"""Alerts and what is to be told about them: the two tables and their rows as the use cases see them."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    case,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from swipesavvy.adapters.ops.base import Base
from swipesavvy.application.alert_messages import Notice
from swipesavvy.application.alerting import MOST_ATTEMPTS
from swipesavvy.domain.alert_rules import todo_of
from swipesavvy.domain.alerts import Alert, Severity, State, wait_after

PENDING, SENT, GIVEN_UP = "pending", "sent", "given_up"


class AlertRow(Base):
    """One row per rule and subject that ever alerted; one that is over stays and opens again."""

    __tablename__ = "alerts"
    __table_args__ = (
        UniqueConstraint("rule", "subject"),
        CheckConstraint("occurrences > 0", "occurrences_positive"),
    )

    alert_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    rule: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(200))
    severity: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), index=True)
    says: Mapped[str] = mapped_column(Text)
    value: Mapped[float | None]
    limit: Mapped[float | None]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    occurrences: Mapped[int]
    notified_at: Mapped[datetime]
    told_severity: Mapped[str] = mapped_column(String(16))
    is_told: Mapped[bool]
    resolved_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(String(64))
    acknowledged_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(Text)


class NotificationRow(Base):
    """One row per notice and channel: what is to be told, and what came of it."""

    __tablename__ = "alert_notifications"
    __table_args__ = (Index("ix_alert_notifications_state_channel", "state", "channel"),)

    notice_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel: Mapped[str] = mapped_column(String(32), primary_key=True)
    alert_id: Mapped[str] = mapped_column(ForeignKey("alerts.alert_id"), index=True)
    severity: Mapped[str] = mapped_column(String(16))
    news: Mapped[str] = mapped_column(String(16))
    says: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int]
    claimed_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)


def as_alert(row: AlertRow) -> Alert:
    """The value the rest of the product knows."""
    fields = {name: getattr(row, name) for name in Alert.__dataclass_fields__}
    severities = {name: Severity(fields[name]) for name in ("severity", "told_severity")}
    return Alert(**{**fields, **severities, "state": State(row.state)})


class AlertsTable:
    """Alerts inside one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def hold(self) -> None:
        """Let no other transaction change alerts until this one ends; on SQLite every writer is alone anyway."""
        if self._session.get_bind().dialect.name == "postgresql":
            self._session.execute(text("LOCK TABLE alerts IN SHARE ROW EXCLUSIVE MODE"))

    def of_rules(self, rules: Collection[str]) -> list[Alert]:
        """Every alert of these rules, whatever its state."""
        found = self._session.scalars(select(AlertRow).where(AlertRow.rule.in_(rules)))
        return [as_alert(row) for row in found]

    def by_id(self, alert_id: str) -> Alert | None:
        """One alert."""
        row = self._session.get(AlertRow, alert_id)
        return None if row is None else as_alert(row)

    def in_states(self, states: Collection[State], limit: int) -> list[Alert]:
        """Alerts in these states: worst first, then the ones seen last."""
        rank = case({severity.value: severity.rank for severity in Severity}, value=AlertRow.severity)
        ordered = (
            select(AlertRow)
            .where(AlertRow.state.in_([state.value for state in states]))
            .order_by(rank.desc(), AlertRow.last_seen_at.desc(), AlertRow.alert_id)
            .limit(limit)
        )
        return [as_alert(row) for row in self._session.scalars(ordered)]

    def put(self, alert: Alert) -> None:
        """Store an alert, new or changed."""
        words = {"severity": alert.severity.value, "told_severity": alert.told_severity.value}
        self._session.merge(AlertRow(**{**asdict(alert), **words, "state": alert.state.value}))
        # Notices refer to it within the same transaction.
        self._session.flush()

    def add_notice(self, notice: Notice, channels: Iterable[str]) -> None:
        """Remember that a notice is to be told through each channel."""
        for channel in channels:
            self._session.add(
                NotificationRow(
                    notice_id=notice.notice_id,
                    channel=channel,
                    alert_id=notice.alert_id,
                    severity=notice.severity,
                    news=notice.news,
                    says=notice.says,
                    created_at=notice.at,
                    state=PENDING,
                    attempts=0,
                )
            )

    def claim(self, channel: str, now: datetime, until: datetime) -> list[Notice]:
        """Notices waiting for a channel that nobody else is sending, oldest first; ours until the given instant."""
        free = or_(NotificationRow.claimed_until.is_(None), NotificationRow.claimed_until <= now)
        waiting = (
            select(NotificationRow, AlertRow.rule, AlertRow.subject)
            .join(AlertRow, AlertRow.alert_id == NotificationRow.alert_id)
            .where(NotificationRow.channel == channel, NotificationRow.state == PENDING, free)
            .order_by(NotificationRow.created_at, NotificationRow.notice_id)
            .with_for_update(skip_locked=True, of=NotificationRow)
        )
        notices = []
        for row, rule, subject in self._session.execute(waiting).all():
            row.claimed_until = until
            notices.append(_as_notice(row, rule, subject))
        return notices

    def mark_sent(self, channel: str, notice_ids: Collection[str], now: datetime) -> None:
        """Note that a channel has told these."""
        for row in self._notifications(channel, notice_ids):
            row.attempts += 1
            row.state, row.sent_at, row.claimed_until, row.last_error = SENT, now, None, None

    def mark_failed(self, channel: str, notice_ids: Collection[str], error: str, now: datetime) -> None:
        """Note that a channel could not tell these; they wait a while, and after MOST_ATTEMPTS are given up."""
        for row in self._notifications(channel, notice_ids):
            row.attempts += 1
            row.last_error, row.claimed_until = error, now + wait_after(row.attempts)
            row.state = GIVEN_UP if row.attempts >= MOST_ATTEMPTS else PENDING

    def _notifications(self, channel: str, notice_ids: Collection[str]) -> list[NotificationRow]:
        chosen = select(NotificationRow).where(
            NotificationRow.channel == channel, NotificationRow.notice_id.in_(notice_ids)
        )
        return list(self._session.scalars(chosen))


def _as_notice(row: NotificationRow, rule: str, subject: str) -> Notice:
    return Notice(
        notice_id=row.notice_id,
        alert_id=row.alert_id,
        rule=rule,
        subject=subject,
        severity=row.severity,
        news=row.news,
        says=row.says,
        todo=todo_of(rule),
        at=row.created_at,
    )
