"""Late events are stored on their own day and marked; a copy that claims another day changes both days."""

from collections import defaultdict
from datetime import date, timedelta

from landed import START, content, land, line, rows, take_in

from swipesavvy.adapters.lake import open_lake
from swipesavvy.adapters.lake.manifest import Manifest
from swipesavvy.domain.home import Home


def day(hours: float) -> date:
    return (START - timedelta(hours=hours)).date()


def files_by_day(home: Home) -> dict[date, set[str]]:
    found: dict[date, set[str]] = defaultdict(set)
    for file in Manifest(home.lake / "manifest.db").files("events"):
        assert file.day is not None
        found[file.day].add(file.path)
    return found


def test_late_events_are_marked_and_lie_on_the_day_they_happened(home: Home) -> None:
    land(home, "a.jsonl", [line(1), line(2, hours=24), line(3, hours=25), line(4, hours=29 * 24)])
    report = take_in(home)
    assert (report.clean, report.late) == (4, 2)
    found = rows(open_lake(home).files()["events"], "user_id, event_date, is_late")
    assert found == [
        ("u1", day(0), False),
        ("u2", day(24), False),
        ("u3", day(25), True),
        ("u4", day(29 * 24), True),
    ]
    assert files_by_day(home).keys() == {day(0), day(24), day(29 * 24)}


def test_a_late_event_touches_no_other_day(home: Home) -> None:
    land(home, "a.jsonl", [line(1), line(2, hours=48), line(3, hours=72)])
    take_in(home)
    before = files_by_day(home)
    land(home, "b.jsonl", [line(4, hours=50)])
    take_in(home)
    after = files_by_day(home)
    assert {at for at in after if after[at] != before[at]} == {day(50)}
    assert after[day(50)] > before[day(50)]


def test_a_copy_that_wins_rebuilds_its_day_and_the_day_of_the_loser(home: Home) -> None:
    land(home, "a.jsonl", [line(1), line(2), line(3, hours=72)])
    take_in(home)
    before = files_by_day(home)
    # The same id, received a minute later: it happened two days earlier after all.
    land(home, "b.jsonl", [line(2, 60, hours=48, user_id="moved")])
    take_in(home)
    after = files_by_day(home)
    assert after[day(0)].isdisjoint(before[day(0)]), "the day of the loser is written anew"
    assert after[day(48)]
    assert after[day(72)] == before[day(72)]
    assert rows(open_lake(home).files()["events"], "user_id, event_date, is_late") == [
        ("moved", day(48), True),
        ("u1", day(0), False),
        ("u3", day(72), True),
    ]
    assert content(home).ledger == {"events/a.jsonl": (3, 2, 1, {}), "events/b.jsonl": (1, 1, 0, {})}


def test_a_copy_that_loses_changes_no_day(home: Home) -> None:
    land(home, "a.jsonl", [line(1), line(2)])
    take_in(home)
    before = files_by_day(home)
    land(home, "b.jsonl", [line(2, 3600, hours=48)])
    assert take_in(home).duplicate == 1
    assert files_by_day(home) == before
