"""Use cases about alerts: observe what was found, tell people through every channel, list, acknowledge.

Alerts and what is to be told are stored in one transaction; only then is anything sent. A channel that fails keeps its
notices for the next time and never holds up the others. Rules belong to the domain, wording to `alert_messages`.
"""

import hashlib
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from swipesavvy.application.alert_messages import Message, Notice, message_of, notice_of
from swipesavvy.domain.alert_rules import Watch, rule_named, rules_of
from swipesavvy.domain.alerts import (
    DEFAULT_COOL_DOWN,
    Alert,
    Change,
    CoolDown,
    Finding,
    Severity,
    State,
    acknowledged,
    found_again,
    gone,
    one_line,
    opened,
)
from swipesavvy.domain.errors import DeniedError, SwipeSavvyError, UsageError
from swipesavvy.domain.people import Person
from swipesavvy.domain.roles import Role

LOG = logging.getLogger(__name__)
MAY_ACKNOWLEDGE = frozenset({Role.ADMIN, Role.ENGINEERING, Role.DATA_SCIENCE})
# With the waits between them about a day.
MOST_ATTEMPTS = 30
LONGEST_SUBJECT = 160
# Longer than any channel takes: a process that died while sending is followed by the next one after this time.
CLAIM = timedelta(minutes=5)
UNRESOLVED = frozenset({State.OPEN, State.ACKNOWLEDGED})


class DeliveryError(SwipeSavvyError):
    """A channel could not deliver; the text says why and what to do, without any secret."""


class Notifier(Protocol):
    """A channel to the people who look after the installation."""

    @property
    def channel(self) -> str:
        """Its name in the store and in reports."""
        ...

    def send(self, message: Message) -> None:
        """Deliver one message, or raise DeliveryError; bounded in time."""
        ...


class AlertRows(Protocol):
    """Alerts inside one transaction."""

    def hold(self) -> None:
        """Let no other transaction change alerts until this one ends."""
        ...

    def of_rules(self, rules: Collection[str]) -> list[Alert]:
        """Every alert of these rules, whatever its state."""
        ...

    def by_id(self, alert_id: str) -> Alert | None:
        """One alert."""
        ...

    def in_states(self, states: Collection[State], limit: int) -> list[Alert]:
        """Alerts in these states: worst first, then the ones seen last."""
        ...

    def put(self, alert: Alert) -> None:
        """Store an alert, new or changed."""
        ...

    def add_notice(self, notice: Notice, channels: Iterable[str]) -> None:
        """Remember that a notice is to be told through each channel."""
        ...

    def claim(self, channel: str, now: datetime, until: datetime) -> list[Notice]:
        """Notices waiting for a channel that nobody else is sending, oldest first; ours until the given instant."""
        ...

    def mark_sent(self, channel: str, notice_ids: Collection[str], now: datetime) -> None:
        """Note that a channel has told these."""
        ...

    def mark_failed(self, channel: str, notice_ids: Collection[str], error: str, now: datetime) -> None:
        """Note that a channel could not tell these; they wait a while, and after MOST_ATTEMPTS are given up."""
        ...


class AlertsUnit(Protocol):
    """One transaction as these use cases see it."""

    @property
    def alerts(self) -> AlertRows:
        """Alerts."""
        ...


class AlertsStore(Protocol):
    """Opens transactions; `writing` commits when its block ends without an error."""

    def reading(self) -> AbstractContextManager[AlertsUnit]:
        """A consistent view."""
        ...

    def writing(self) -> AbstractContextManager[AlertsUnit]:
        """The one writer of the moment."""
        ...


@dataclass(frozen=True)
class Delivery:
    """What came of telling: notices sent by channel, and what a channel said that failed."""

    sent: dict[str, list[Notice]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


class Alerting:
    """The use cases on one store with its channels."""

    def __init__(
        self,
        store: AlertsStore,
        channels: Sequence[Notifier],
        new_id: Callable[[], str],
        cool_down: CoolDown = DEFAULT_COOL_DOWN,
    ) -> None:
        """`new_id` draws names of alerts and notices, unlike all before."""
        self._store = store
        self._channels = tuple(channels)
        self._new_id = new_id
        self._cool_down = cool_down

    def observe(self, findings: Iterable[Finding], now: datetime, watched: Collection[str]) -> Delivery:
        """Bring alerts up to date with what the `watched` rules found just now, and tell what is news.

        An alert of a watched rule whose subject is not among the findings is over; other rules are left alone.
        Findings of one rule about one subject count once, the worst of them.
        """
        worst = _worst(findings, watched)
        with self._store.writing() as unit:
            unit.alerts.hold()
            known = {(alert.rule, alert.subject): alert for alert in unit.alerts.of_rules(watched)}
            for key in known.keys() | worst.keys():
                self._store_change(unit.alerts, known.get(key), worst.get(key), now)
        return self.deliver(now)

    def _store_change(self, rows: AlertRows, alert: Alert | None, finding: Finding | None, now: datetime) -> None:
        change = self._change(alert, finding, now)
        if change.alert != alert:
            rows.put(change.alert)
        if change.news is not None:
            notice = notice_of(self._new_id(), change, change.news, now)
            rows.add_notice(notice, [channel.channel for channel in self._channels])

    def _change(self, alert: Alert | None, finding: Finding | None, now: datetime) -> Change:
        if finding is None:
            assert alert is not None  # noqa: S101 - a key comes from one of the two
            return gone(alert, now)
        if alert is None:
            return opened(self._new_id(), finding, now)
        return found_again(alert, finding, now, self._cool_down)

    def observe_failure(self, says: str, now: datetime, subject: str = "refresh") -> Delivery:
        """A run stopped before it published."""
        finding = rule_named("refresh_failed").finding(subject, Severity.CRITICAL, says)
        return self.observe([finding], now, rules_of(Watch.RUN))

    def observe_success(self, now: datetime) -> Delivery:
        """A run published; an earlier failure is over."""
        return self.observe([], now, rules_of(Watch.RUN))

    def deliver(self, now: datetime) -> Delivery:
        """Tell through each channel what waits for it: one message per channel, however many alerts there are."""
        delivery = Delivery()
        for channel in self._channels:
            self._deliver_through(channel, delivery, now)
        return delivery

    def _deliver_through(self, channel: Notifier, delivery: Delivery, now: datetime) -> None:
        name = channel.channel
        with self._store.writing() as unit:
            waiting = unit.alerts.claim(name, now, now + CLAIM)
        if not waiting:
            return
        ids = [notice.notice_id for notice in waiting]
        try:
            channel.send(message_of(waiting, now))
        except Exception as error:  # whatever a channel does, the others must have their turn
            says = one_line(str(error)) if isinstance(error, DeliveryError) else f"unexpected {type(error).__name__}"
            LOG.warning("alerts could not be told through %s: %s", name, says)
            delivery.failed[name] = says
            with self._store.writing() as unit:
                unit.alerts.mark_failed(name, ids, says, now)
            return
        delivery.sent[name] = waiting
        with self._store.writing() as unit:
            unit.alerts.mark_sent(name, ids, now)

    def try_channels(self, now: datetime) -> Delivery:
        """Send one harmless message through every channel, whatever waits; nothing is stored."""
        delivery = Delivery()
        notice = Notice(self._new_id(), self._new_id(), "test", "notification path", "info", "test", _TEST, "", now)
        for channel in self._channels:
            try:
                channel.send(message_of([notice], now))
                delivery.sent[channel.channel] = [notice]
            except DeliveryError as error:
                delivery.failed[channel.channel] = str(error)
        return delivery

    def list_open(self, limit: int = 1000) -> list[Alert]:
        """Alerts that are not over: worst first, then the ones seen last."""
        return self.list_all(UNRESOLVED, limit)

    def list_all(self, states: Collection[State] = frozenset(State), limit: int = 1000) -> list[Alert]:
        """Alerts in some states: worst first, then the ones seen last."""
        with self._store.reading() as unit:
            return unit.alerts.in_states(states, limit)

    def acknowledge(self, alert_id: str, person: Person, note: str | None, now: datetime) -> Alert:
        """Take an alert on: it stays quiet until it grows worse or is over.

        Raises:
            DeniedError: the person's role does not look after the installation.
            UsageError: there is no such alert, or it is over.
        """
        if person.role not in MAY_ACKNOWLEDGE or person.is_disabled or person.must_change_password:
            roles = ", ".join(sorted(MAY_ACKNOWLEDGE))
            raise DeniedError(f"{person.name} may not acknowledge alerts; ask somebody with one of the roles {roles}")
        return self._acknowledge(alert_id, person.name, note, now)

    def acknowledge_as_operator(self, alert_id: str, account: str, note: str | None, now: datetime) -> Alert:
        """The same for whoever can already write to the home; `account` is the name of that account."""
        return self._acknowledge(alert_id, account, note, now)

    def _acknowledge(self, alert_id: str, by: str, note: str | None, now: datetime) -> Alert:
        with self._store.writing() as unit:
            unit.alerts.hold()
            alert = unit.alerts.by_id(alert_id)
            if alert is None:
                raise UsageError(f"there is no alert {alert_id!r}; `swipesavvy alerts list` shows them")
            taken = acknowledged(alert, by, note, now)
            unit.alerts.put(taken)
        return taken


_TEST = "this is a test of the notification path; nothing is wrong"


def _worst(findings: Iterable[Finding], watched: Collection[str]) -> dict[tuple[str, str], Finding]:
    worst: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        if finding.rule not in watched:
            raise ValueError(f"{finding.rule} is not among the rules that were looked at")
        clean = replace(finding, subject=_fitting(finding.subject))
        key = (clean.rule, clean.subject)
        if key not in worst or clean.severity.rank > worst[key].severity.rank:
            worst[key] = clean
    return worst


def _fitting(subject: str) -> str:
    """A subject the store can hold; two long ones that begin alike stay two."""
    line = one_line(subject)
    if len(line) <= LONGEST_SUBJECT:
        return line
    return f"{line[: LONGEST_SUBJECT - 9]}~{hashlib.sha256(subject.encode()).hexdigest()[:8]}"
