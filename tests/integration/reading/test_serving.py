"""Snapshots are read as published: the pointer decides, a newer build is seen at once, an open one is left alone."""

import threading
import time
from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest
from published.home import AS_OF, BUILD, DAYS, campaign_id, publish

from swipesavvy.adapters.serving import Serving, Snapshot
from swipesavvy.application.metric_queries import MetricQuery, Period, ask, period_before
from swipesavvy.application.overview_queries import day_values, headline, leaderboard
from swipesavvy.domain.errors import NotBuiltYetError, UsageError
from swipesavvy.domain.home import Home

LATER = "20261122T100500Z-0badcafe"


@pytest.fixture(scope="module")
def snapshot(published_home: Home) -> Snapshot:
    return Serving(published_home).current()


def test_an_empty_home_says_what_to_run(home: Home) -> None:
    with pytest.raises(NotBuiltYetError, match="swipesavvy run"):
        Serving(home).current()
    assert Serving(home).current_name() is None


def test_a_pointer_to_a_missing_file_is_not_built_yet(home: Home) -> None:
    home.serving.mkdir()
    home.current_pointer.write_text("20260101T000000Z-00000000.duckdb\n")
    with pytest.raises(NotBuiltYetError):
        Serving(home).current()


def test_the_build_is_named_with_its_times(snapshot: Snapshot) -> None:
    assert (snapshot.build.build_id, snapshot.build.as_of) == (BUILD, AS_OF)
    assert snapshot.build.published_at == AS_OF + timedelta(minutes=5)


def test_all_metrics_and_windows_by_default(snapshot: Snapshot) -> None:
    rows = ask(snapshot, MetricQuery()).rows
    assert [(row.metric, row.window) for row in rows[:6]] == [
        ("aov", w) for w in ("1d", "7d", "30d", "90d", "ytd", "all")
    ]
    assert {row.window for row in rows if row.metric in {"ltv", "budget_utilization"}} == {"all"}
    assert all(not row.grain for row in rows)


def test_metrics_with_a_fixed_window_appear_whatever_is_asked(snapshot: Snapshot) -> None:
    rows = ask(snapshot, MetricQuery(windows=("7d",))).rows
    assert ("ltv", "all") in {(row.metric, row.window) for row in rows}
    days = ask(snapshot, MetricQuery(date_from=date(2026, 11, 1), date_to=date(2026, 11, 7))).rows
    assert {row.window for row in days} == {"custom", "all"}


def test_grain_keys_and_order(snapshot: Snapshot) -> None:
    rows = ask(snapshot, MetricQuery(("roas",), ("7d",), ("campaign", "day"))).rows
    assert [dict(row.grain) for row in rows[:2]] == [
        {"campaign_id": campaign_id(0), "day": "2026-11-15"},
        {"campaign_id": campaign_id(0), "day": "2026-11-16"},
    ]
    assert len(rows) == 14


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        (MetricQuery(metrics=("roaz",)), "did you mean roas"),
        (MetricQuery(windows=("8d",)), "did you mean"),
        (MetricQuery(date_from=date(2026, 1, 1)), "belong together"),
        (MetricQuery(date_to=date(2026, 1, 1)), "belong together"),
        (MetricQuery(date_from=date(2026, 1, 2), date_to=date(2026, 1, 1)), "swap them"),
        (MetricQuery(windows=("7d",), date_from=date(2026, 1, 1), date_to=date(2026, 1, 2)), "leave one out"),
    ],
)
def test_a_wrong_question_is_refused(snapshot: Snapshot, query: MetricQuery, hint: str) -> None:
    with pytest.raises(UsageError, match=hint):
        ask(snapshot, query)


def test_what_is_asked_for_by_name_and_missing_is_remarked(snapshot: Snapshot) -> None:
    assert ask(snapshot, MetricQuery(("ltv",), by=("campaign",))).remarks == [
        "ltv: no values by campaign in this snapshot"
    ]
    assert not ask(snapshot, MetricQuery(by=("campaign",))).remarks


def test_a_range_calls_the_shipped_formula(snapshot: Snapshot) -> None:
    (row,) = ask(snapshot, MetricQuery(("roas",), (), (), date(2026, 11, 1), date(2026, 11, 10))).rows
    assert row.value == pytest.approx(3.21 * 1.10)
    assert row.window == "custom"


def test_only_shipped_formulas_are_called(snapshot: Snapshot) -> None:
    period = Period(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
    with pytest.raises(UsageError, match="no formula"):
        snapshot.range_rows('roas"(null, null); drop table metric_values; --', (), period)


def test_a_snapshot_cannot_be_written_or_leave_its_file(snapshot: Snapshot) -> None:
    cursor = snapshot._connection.cursor()
    for statement in ("delete from metric_values", "create table x (y int)"):
        with pytest.raises(duckdb.Error):
            cursor.execute(statement)
    for statement in ("select * from read_text('/etc/hostname')", "attach 'other.duckdb'", "set threads = 1"):
        with pytest.raises(duckdb.Error):
            cursor.execute(statement).fetchall()


def test_a_newer_build_is_seen_and_the_old_one_still_answers(home: Home) -> None:
    publish(home, campaigns=2)
    serving = Serving(home)
    first = serving.current()
    assert serving.current() is first
    publish(home, LATER, AS_OF + timedelta(days=1), campaigns=2, scale=2.0)
    second = serving.current()
    assert second.build.build_id == LATER == serving.current_name()
    (old,), (new,) = (ask(reader, MetricQuery(("roas",), ("7d",))).rows for reader in (first, second))
    assert (old.value, new.value) == (pytest.approx(3.21), pytest.approx(6.42))


def test_a_retired_snapshot_that_is_open_still_answers(home: Home) -> None:
    path = publish(home, campaigns=2)
    snapshot = Serving(home).current()
    path.unlink()
    assert ask(snapshot, MetricQuery(("roas",), ("7d",))).rows[0].value == pytest.approx(3.21)


def test_many_threads_read_one_snapshot(snapshot: Snapshot) -> None:
    wrong: list[object] = []

    def read() -> None:
        for _ in range(20):
            rows = snapshot.rows([("roas", "7d")], ("campaign",))
            if len(rows) != 30:
                wrong.append(len(rows))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_metric_query_is_fast(snapshot: Snapshot) -> None:
    snapshot.rows([("roas", "7d")], ("campaign",))
    spent = []
    for _ in range(20):
        start = time.thread_time()
        snapshot.rows([("roas", "7d")], ("campaign",))
        spent.append(time.thread_time() - start)
    assert sorted(spent)[10] < 0.01


def test_a_headline_has_its_past_and_its_days(snapshot: Snapshot) -> None:
    found = headline(snapshot, "roas", "7d")
    assert found is not None
    assert found.row is not None
    assert found.before is not None
    assert found.before.value == pytest.approx(3.21 * 1.07)
    assert found.period is not None
    assert period_before(found.period).days == 7
    assert len(found.days) == 30
    assert found.days[-1].value == pytest.approx(3.21)
    assert found.names[campaign_id(1)] == "Campaign 01"


def test_lifetime_value_has_cohorts_and_a_second_reading(snapshot: Snapshot) -> None:
    found = headline(snapshot, "ltv", "7d")
    assert found is not None
    assert found.before is None
    assert found.companion is not None
    assert found.companion[1].value == 508.0
    assert [point.day for point in found.cohorts][:2] == [date(2026, 1, 1), date(2026, 2, 1)]


def test_an_unknown_headline_is_none(snapshot: Snapshot) -> None:
    assert headline(snapshot, "uptime", "7d") is None


def test_the_board_lists_every_known_campaign(snapshot: Snapshot) -> None:
    lines = leaderboard(snapshot, "7d")
    assert len(lines) == 30
    assert lines[6].rows["cac"].reason == "no new customers"
    assert set(lines[0].rows) >= {"roas", "budget_utilization", "holdout_lift"}


def test_days_of_one_campaign_and_of_all(snapshot: Snapshot) -> None:
    assert len(day_values(snapshot, "roas", "90d")) == 90
    assert len(day_values(snapshot, "roas", "all")) == DAYS
    assert len(day_values(snapshot, "roas", "7d", campaign_id(0))) == 7
    assert day_values(snapshot, "roas", "7d", campaign_id(29)) == []
