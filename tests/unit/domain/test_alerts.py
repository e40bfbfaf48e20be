from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from swipesavvy.domain.alerts import (
    DEFAULT_COOL_DOWN,
    LONGEST_TEXT,
    Alert,
    Change,
    Finding,
    News,
    Severity,
    State,
    acknowledged,
    found_again,
    gone,
    one_line,
    opened,
    wait_after,
)
from swipesavvy.domain.errors import UsageError

START = datetime(2026, 11, 21, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def finding(severity: Severity = Severity.WARNING) -> Finding:
    return Finding("completeness", "all", severity, "too low", 80.0, 90.0)


def first(severity: Severity = Severity.WARNING) -> Alert:
    return opened("a1", finding(severity), START).alert


def again(alert: Alert, now: datetime, severity: Severity = Severity.WARNING) -> Change:
    return found_again(alert, finding(severity), now, DEFAULT_COOL_DOWN)


def test_the_first_finding_is_news() -> None:
    change = opened("a1", finding(), START)
    assert change.news is News.NEW
    assert (change.alert.state, change.alert.occurrences, change.alert.first_seen_at) == (State.OPEN, 1, START)


def test_the_same_finding_is_quiet_until_the_cool_down_is_over() -> None:
    early = again(first(), START + timedelta(hours=6) - MINUTE)
    assert (early.news, early.alert.occurrences) == (None, 2)
    due = again(early.alert, START + timedelta(hours=6))
    assert (due.news, due.alert.notified_at) == (News.REMINDER, START + timedelta(hours=6))


def test_worse_is_told_at_once_and_better_is_not() -> None:
    worse = again(first(), START + MINUTE, Severity.CRITICAL)
    assert worse.news is News.ESCALATED
    better = again(worse.alert, START + 2 * MINUTE, Severity.INFO)
    assert (better.news, better.alert.severity) == (None, Severity.INFO)
    assert again(better.alert, START + 3 * MINUTE, Severity.CRITICAL).news is None, "it was told already"


def test_an_acknowledged_alert_is_quiet_until_it_grows_worse() -> None:
    taken = acknowledged(first(), "ada", "on it", START + MINUTE)
    assert (taken.state, taken.acknowledged_by, taken.note) == (State.ACKNOWLEDGED, "ada", "on it")
    assert again(taken, START + timedelta(days=30)).news is None
    worse = again(taken, START + 2 * MINUTE, Severity.CRITICAL)
    assert (worse.news, worse.alert.state) == (News.ESCALATED, State.OPEN)
    assert worse.alert.acknowledged_by is None


def test_what_is_over_is_told_once_and_opens_again() -> None:
    over = gone(first(), START + MINUTE)
    assert (over.news, over.alert.state, over.alert.resolved_at) == (News.RESOLVED, State.RESOLVED, START + MINUTE)
    assert gone(over.alert, START + 2 * MINUTE).news is None
    soon = again(over.alert, START + 3 * MINUTE)
    assert (soon.news, soon.alert.state, soon.alert.resolved_at) == (None, State.OPEN, None)
    assert gone(soon.alert, START + 4 * MINUTE).news is None, "what was not told is not told to be over"
    later = again(over.alert, START + timedelta(hours=7))
    assert (later.news, later.alert.is_told) == (News.REOPENED, True)


def test_what_is_over_cannot_be_taken_on() -> None:
    with pytest.raises(UsageError, match="a1 is resolved already"):
        acknowledged(gone(first(), START).alert, "ada", None, START)
    with pytest.raises(UsageError, match="501 characters"):
        acknowledged(first(), "ada", "x" * 501, START)


@given(st.text(max_size=2000))
def test_text_from_outside_is_one_printable_line(text: str) -> None:
    line = one_line(text)
    assert line.isprintable()
    assert len(line) <= LONGEST_TEXT
    assert one_line(line) == line
    assert line.splitlines() in ([], [line])


@given(st.integers(1, 10_000))
def test_waits_grow_up_to_an_hour(attempts: int) -> None:
    assert timedelta(minutes=1) <= wait_after(attempts) <= wait_after(attempts + 1) <= timedelta(hours=1)


class AlertLife(RuleBasedStateMachine):
    """Any order of findings, silences and acknowledgements, one subject, time going on."""

    @initialize(severity=st.sampled_from(Severity))
    def begin(self, severity: Severity) -> None:
        self.now = START
        self.told: list[tuple[datetime, News, Severity]] = []
        self.taken_at: Severity | None = None
        self.steps: Counter[str] = Counter(found=1)
        self._keep(opened("a1", finding(severity), self.now))

    def _keep(self, change: Change) -> None:
        self.alert = change.alert
        if change.news is not None:
            self.told.append((self.now, change.news, change.alert.severity))

    @rule(minutes=st.integers(0, 2000))
    def time_goes_on(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(severity=st.sampled_from(Severity))
    def it_is_found(self, severity: Severity) -> None:
        before, news_before = self.alert, len(self.told)
        self._keep(again(self.alert, self.now, severity))
        self.steps["found"] += 1
        assert self.alert.state is not State.RESOLVED
        if before.state is State.ACKNOWLEDGED and self.taken_at is not None and severity.rank <= self.taken_at.rank:
            assert len(self.told) == news_before
        if self.alert.state is State.OPEN and severity.rank > before.told_severity.rank:
            assert len(self.told) == news_before + 1, "what is worse than ever told is told at once"

    @rule()
    def it_is_gone(self) -> None:
        was_told, was_over = self.alert.is_told, self.alert.state is State.RESOLVED
        news_before = len(self.told)
        self._keep(gone(self.alert, self.now))
        assert (len(self.told) > news_before) == (was_told and not was_over)

    @precondition(lambda self: self.alert.state is not State.RESOLVED)
    @rule()
    def somebody_takes_it_on(self) -> None:
        self.alert = acknowledged(self.alert, "ada", None, self.now)
        self.taken_at = self.alert.severity

    @invariant()
    def its_instants_are_in_order(self) -> None:
        assert START == self.alert.first_seen_at <= self.alert.last_seen_at <= self.now
        assert self.alert.notified_at <= self.now
        assert self.alert.occurrences == self.steps["found"]
        assert (self.alert.resolved_at is not None) == (self.alert.state is State.RESOLVED)

    @invariant()
    def nobody_is_told_the_same_twice_within_a_cool_down(self) -> None:
        repeated = [at for at, news, _ in self.told if news in {News.REMINDER, News.REOPENED}]
        shortest = min(DEFAULT_COOL_DOWN.lasts.values())
        problems = [(at, severity) for at, news, severity in self.told if news is not News.RESOLVED]
        for at in repeated:
            near = [severity for told_at, severity in problems if at - shortest < told_at < at]
            this = next(severity for told_at, severity in problems if told_at == at)
            assert all(severity.rank < this.rank for severity in near)

    @invariant()
    def problems_and_ends_alternate(self) -> None:
        last_was_end = True
        for _, news, _ in self.told:
            assert not (news is News.RESOLVED and last_was_end)
            last_was_end = news is News.RESOLVED


AlertLife.TestCase.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
TestAlertLife = AlertLife.TestCase
