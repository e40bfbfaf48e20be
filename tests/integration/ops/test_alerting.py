"""The use cases about alerts on both engines, told through the shipped in-memory channel."""

import secrets
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from swipesavvy.adapters.notifier.memory import MemoryNotifier
from swipesavvy.adapters.ops import OpsStore
from swipesavvy.adapters.ops.alerts import AlertRow, NotificationRow
from swipesavvy.application.alert_messages import Message
from swipesavvy.application.alerting import MOST_ATTEMPTS, Alerting, Notifier
from swipesavvy.domain.alert_rules import Watch, rule_named, rules_of
from swipesavvy.domain.alerts import Finding, Severity, State
from swipesavvy.domain.errors import DeniedError, UsageError
from swipesavvy.domain.people import Person
from swipesavvy.domain.roles import Role

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BUILD = rules_of(Watch.BUILD)


class Broken:
    """A channel with a bug in it."""

    channel = "broken"

    def send(self, message: Message) -> None:
        raise RuntimeError(f"password=hunter2 {message.subject}")


def use_cases(store: OpsStore, *channels: Notifier) -> Alerting:
    return Alerting(store, channels, lambda: secrets.token_hex(8))


def finding(source: str = "all", severity: Severity = Severity.CRITICAL) -> Finding:
    return rule_named("ingestion_rate").finding(source, severity, f"ingestion of {source} is low", 80.0)


def person(role: Role) -> Person:
    return Person("p1", "ada", role, False, NOW)


def states(store: OpsStore, channel: str) -> list[tuple[str, int, str | None]]:
    with store.reading() as unit:
        rows = unit.session.scalars(select(NotificationRow).where(NotificationRow.channel == channel))
        return [(row.state, row.attempts, row.last_error) for row in rows]


@pytest.fixture
def memory() -> MemoryNotifier:
    return MemoryNotifier()


@pytest.fixture
def alerting(store: OpsStore, memory: MemoryNotifier) -> Alerting:
    return use_cases(store, memory)


def test_an_alert_lives_from_finding_to_resolution(alerting: Alerting, memory: MemoryNotifier) -> None:
    alerting.observe([finding()], NOW, BUILD)
    alerting.observe([finding()], NOW + MINUTE, BUILD)
    (alert,) = alerting.list_open()
    assert (alert.occurrences, alert.first_seen_at, alert.last_seen_at) == (2, NOW, NOW + MINUTE)
    assert (alert.value, alert.limit) == (80.0, 95.0)
    alerting.observe([], NOW + 2 * MINUTE, BUILD)
    assert alerting.list_open() == []
    assert [alert.state for alert in alerting.list_all()] == [State.RESOLVED]
    assert [notice.news for message in memory.messages for notice in message.notices] == ["new", "resolved"]


def test_many_alerts_at_once_are_one_message(alerting: Alerting, memory: MemoryNotifier) -> None:
    found = [finding(f"source {number:02}") for number in range(50)]
    delivery = alerting.observe([*found, *found], NOW, BUILD)
    (message,) = memory.messages
    assert len(message.notices) == len(delivery.sent["memory"]) == 50
    assert message.subject == "[SwipeSavvy] 50 critical; first ingestion_rate"
    assert "and 30 more" in message.text
    assert len(alerting.list_open()) == 50


def test_rules_not_looked_at_are_left_alone(alerting: Alerting) -> None:
    alerting.observe([finding()], NOW, BUILD)
    alerting.observe([], NOW + MINUTE, rules_of(Watch.HOME))
    assert len(alerting.list_open()) == 1
    with pytest.raises(ValueError, match="ingestion_rate"):
        alerting.observe([finding()], NOW, rules_of(Watch.HOME))


def test_a_failed_run_is_an_alert_until_one_succeeds(alerting: Alerting, memory: MemoryNotifier) -> None:
    alerting.observe_failure("test assert_x found 3 rows; nothing was published", NOW)
    (alert,) = alerting.list_open()
    assert (alert.rule, alert.severity, alert.subject) == ("refresh_failed", Severity.CRITICAL, "refresh")
    alerting.observe_success(NOW + MINUTE)
    assert alerting.list_open() == []
    assert len(memory.messages) == 2


def test_a_failing_channel_stops_no_other_and_is_tried_again(store: OpsStore, memory: MemoryNotifier) -> None:
    other = MemoryNotifier()
    other.channel = "other"
    other.failure = "no answer"
    alerting = use_cases(store, Broken(), other, memory)
    delivery = alerting.observe([finding()], NOW, BUILD)
    assert list(delivery.sent) == ["memory"]
    assert delivery.failed == {"other": "no answer", "broken": "unexpected RuntimeError"}
    assert states(store, "other") == [("pending", 1, "no answer")]
    other.failure = None
    assert list(alerting.deliver(NOW).sent) == [], "it waits a while"
    assert list(alerting.deliver(NOW + MINUTE).sent) == ["other"]
    assert other.messages[0].notices[0].says == "ingestion of all is low"
    assert states(store, "other") == [("sent", 2, None)]
    assert states(store, "broken")[0][2] == "unexpected RuntimeError"
    assert len(memory.messages) == 1, "what was told is not told again"


def test_a_dead_channel_is_given_up(store: OpsStore) -> None:
    dead = MemoryNotifier()
    dead.failure = "gone"
    alerting = use_cases(store, dead)
    alerting.observe([finding()], NOW, BUILD)
    for attempt in range(1, MOST_ATTEMPTS + 5):
        alerting.deliver(NOW + timedelta(hours=2 * attempt))
    assert states(store, "memory") == [("given_up", MOST_ATTEMPTS, "gone")]


def test_what_was_stored_but_not_sent_is_sent_by_the_next_one(store: OpsStore) -> None:
    class Dying:
        channel = "memory"

        def send(self, message: Message) -> None:
            raise KeyboardInterrupt(message.subject)

    with pytest.raises(KeyboardInterrupt):
        use_cases(store, Dying()).observe([finding()], NOW, BUILD)
    heir = MemoryNotifier()
    alerting = use_cases(store, heir)
    assert alerting.deliver(NOW + MINUTE).sent == {}, "the dead one may still be sending"
    assert list(alerting.deliver(NOW + 10 * MINUTE).sent) == ["memory"]


def test_only_those_who_look_after_it_may_acknowledge(alerting: Alerting, memory: MemoryNotifier) -> None:
    alerting.observe([finding()], NOW, BUILD)
    (alert,) = alerting.list_open()
    for role in (Role.CMO, Role.FINANCE, Role.COMPLIANCE):
        with pytest.raises(DeniedError, match="may not acknowledge"):
            alerting.acknowledge(alert.alert_id, person(role), None, NOW)
    taken = alerting.acknowledge(alert.alert_id, person(Role.ENGINEERING), "sender\nrestarted", NOW + MINUTE)
    assert alerting.list_open() == [taken]
    assert (taken.acknowledged_by, taken.acknowledged_at, taken.note) == ("ada", NOW + MINUTE, "sender restarted")
    alerting.observe([finding()], NOW + timedelta(days=3), BUILD)
    assert len(memory.messages) == 1
    with pytest.raises(UsageError, match="no alert 'nothing'"):
        alerting.acknowledge_as_operator("nothing", "root", None, NOW)


def test_an_error_while_storing_sends_nothing(store: OpsStore, memory: MemoryNotifier) -> None:
    ids = iter(["a1", "n1", "a2"])

    def draw() -> str:
        try:
            return next(ids)
        except StopIteration:
            raise OSError("no more chance") from None

    alerting = Alerting(store, [memory], draw)
    with pytest.raises(OSError, match="no more chance"):
        alerting.observe([finding("a"), finding("b"), finding("c")], NOW, BUILD)
    assert memory.messages == []
    with store.reading() as unit:
        assert unit.session.query(AlertRow).count() == unit.session.query(NotificationRow).count() == 0


def test_two_observers_at_once_open_one_alert_and_tell_it_once(store: OpsStore, memory: MemoryNotifier) -> None:
    start = threading.Barrier(2)
    problems: list[BaseException] = []

    def observe() -> None:
        try:
            start.wait()
            for minute in range(5):
                use_cases(store, memory).observe([finding()], NOW + minute * MINUTE, BUILD)
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=observe) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    (alert,) = use_cases(store).list_open()
    assert alert.occurrences == 10
    assert [notice.news for message in memory.messages for notice in message.notices] == ["new"]


def test_the_worst_alerts_come_first(alerting: Alerting) -> None:
    late = rule_named("late_arrival_rate").finding("all", Severity.INFO, "late", 6.0)
    gaps = rule_named("completeness").finding("all", Severity.WARNING, "gaps", 80.0)
    alerting.observe([late, finding(), gaps], NOW, BUILD)
    assert [alert.severity for alert in alerting.list_open()] == ["critical", "warning", "info"]
    assert len(alerting.list_open(limit=2)) == 2


def test_the_store_counts_its_transactions(store: OpsStore, alerting: Alerting) -> None:
    before = store.use
    alerting.list_open()
    assert (store.use.requests, store.use.failures) == (before.requests + 1, before.failures)


def test_the_test_message_reaches_every_channel_and_leaves_no_trace(store: OpsStore, memory: MemoryNotifier) -> None:
    failing = MemoryNotifier()
    failing.channel, failing.failure = "failing", "no"
    delivery = use_cases(store, failing, memory).try_channels(NOW)
    assert list(delivery.sent) == ["memory"]
    assert delivery.failed == {"failing": "no"}
    assert states(store, "memory") == []
