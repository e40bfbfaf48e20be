"""Appending what builds emit: durable lines, no id twice, and a torn line leaves no trace."""

import json
from datetime import date

from swipesavvy.adapters.emitted_events import append_emitted
from swipesavvy.domain.home import Home

DAY = date(2026, 3, 10)


def ids_in(home: Home) -> list[str]:
    return [json.loads(line)["event_id"] for line in home.emitted_file(DAY).read_text(encoding="utf-8").splitlines()]


def test_an_id_is_written_once_however_often_it_is_told(home: Home) -> None:
    assert append_emitted(home, DAY, [{"event_id": "a"}, {"event_id": "b"}, {"event_id": "a"}]) == ["a", "b"]
    assert append_emitted(home, DAY, [{"event_id": "b"}, {"event_id": "c"}]) == ["c"]
    assert append_emitted(home, DAY, [{"event_id": "c"}]) == []
    assert ids_in(home) == ["a", "b", "c"]


def test_nothing_to_tell_leaves_no_file(home: Home) -> None:
    assert append_emitted(home, DAY, []) == []
    assert not home.landing.exists()


def test_a_line_cut_short_by_a_crash_is_cut_off_and_told_again(home: Home) -> None:
    append_emitted(home, DAY, [{"event_id": "a"}])
    with home.emitted_file(DAY).open("ab") as file:
        file.write(b'{"event_id":"b","pro')
    assert append_emitted(home, DAY, [{"event_id": "a"}, {"event_id": "b"}]) == ["b"]
    assert ids_in(home) == ["a", "b"]


def test_text_of_any_kind_stays_on_one_line(home: Home) -> None:
    append_emitted(home, DAY, [{"event_id": "a", "text": "é\u2028\n"}])
    assert ids_in(home) == ["a"]
