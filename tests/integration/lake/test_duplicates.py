import json
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from landed import START, content, land, line, rows, take_in, uid, winners

from swipesavvy.adapters.lake import open_lake
from swipesavvy.domain.home import Home


def kept(home: Home) -> list[tuple[Any, ...]]:
    return rows(open_lake(home).files()["events"], "event_id, landing_file, landing_line")


COPY = st.tuples(
    st.integers(0, 4),
    st.none() | st.sampled_from([0, 1, 299, 300, 301, 600, 3000]),
    st.sampled_from([0.0, 30.0]),
    st.booleans(),
)
FILES = st.dictionaries(st.sampled_from(["a.jsonl", "b.jsonl", "Z.jsonl"]), st.lists(COPY, max_size=7), min_size=1)


Drawn = dict[str, list[tuple[int, int | None, float, bool]]]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(FILES, st.data())
def test_any_split_into_files_and_batches_gives_the_same_lake(drawn: Drawn, data: st.DataObject) -> None:
    check_a_split(drawn, data)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(FILES, st.data())
def test_many_splits_give_the_same_lake(drawn: Drawn, data: st.DataObject) -> None:
    check_a_split(drawn, data)


def check_a_split(drawn: Drawn, data: st.DataObject) -> None:
    landing = {
        name: [
            line(number, received, hours, event_id=uid(number).upper() if upper else uid(number))
            for number, received, hours, upper in copies
        ]
        for name, copies in drawn.items()
    }
    with TemporaryDirectory() as folder:
        whole, pieces = Home(Path(folder, "whole")), Home(Path(folder, "pieces"))
        for name, lines in landing.items():
            land(whole, name, lines)
        take_in(whole)
        for name in data.draw(st.permutations(sorted(landing))):
            cut = data.draw(st.integers(0, len(landing[name])))
            for end in sorted({cut, len(landing[name])}):
                land(pieces, name, landing[name][:end])
                take_in(pieces, batch_lines=data.draw(st.integers(1, 4)), chunk_bytes=700)
        assert kept(whole) == winners(landing)
        assert content(pieces) == content(whole)


def test_the_last_copy_within_five_minutes_wins_and_losers_are_kept(home: Home) -> None:
    land(home, "a.jsonl", [line(1, 0, user_id="first"), line(1, 300, user_id="last"), line(1, 301, user_id="late")])
    report = take_in(home)
    assert (report.landed, report.clean, report.duplicate) == (3, 1, 2)
    assert rows(open_lake(home).files()["events"], "user_id") == [("last",)]
    assert [row[5] for row in content(home).duplicates] == ["first", "late"]


def test_a_copy_that_lands_later_but_was_received_earlier_changes_the_choice(home: Home) -> None:
    land(home, "a.jsonl", [line(1, 0, user_id="A"), line(1, 240, user_id="B"), line(2)])
    take_in(home)
    assert rows(open_lake(home).files()["events"], "user_id") == [("B",), ("u2",)]
    version = open_lake(home).version()
    land(home, "b.jsonl", [line(1, -180, user_id="C")])
    report = take_in(home)
    assert rows(open_lake(home).files()["events"], "user_id") == [("A",), ("u2",)]
    assert open_lake(home).version() != version
    assert content(home).ledger == {"events/a.jsonl": (3, 2, 1, {}), "events/b.jsonl": (1, 0, 1, {})}
    assert (report.landed, report.clean, report.duplicate) == (1, 0, 1)


def test_a_copy_is_found_whatever_day_it_claims(home: Home) -> None:
    land(home, "a.jsonl", [line(1, 0)])
    take_in(home)
    moved = (START - timedelta(days=20)).isoformat()
    land(home, "b.jsonl", [line(1, 60, timestamp=moved, event_type="offer_landed", properties={})])
    take_in(home)
    assert kept(home) == [(uid(1), "events/b.jsonl", 1)]
    assert open_lake(home).data_as_of() == START - timedelta(days=20)


def test_an_invalid_copy_never_competes(home: Home) -> None:
    land(home, "a.jsonl", [line(1, 0), line(1, 60, source="web")])
    report = take_in(home)
    assert (report.clean, report.duplicate, dict(report.quarantined)) == (1, 0, {"bad_source": 1})


@pytest.mark.slow
def test_a_small_batch_does_not_rewrite_a_large_history(home: Home) -> None:
    texts = (json.dumps(json.loads(line(number, 0, hours=number % 500))) for number in range(60_000))
    land(home, "a.jsonl", texts)
    take_in(home)
    before = set(open_lake(home).files()["events"])
    land(home, "b.jsonl", [line(number, 3600, hours=number % 500) for number in range(100)] + [line(70_000)])
    report = take_in(home)
    after = set(open_lake(home).files()["events"])
    assert before <= after
    assert len(after - before) == 1
    assert (report.clean, report.duplicate) == (1, 100)
