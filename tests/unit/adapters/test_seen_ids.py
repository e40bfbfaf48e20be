from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swipesavvy.adapters.lake import ParquetLake
from swipesavvy.adapters.seen_ids import SeenEventIds
from swipesavvy.application.collecting import id_bytes
from swipesavvy.domain.home import Home

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def ids(*numbers: int) -> bytes:
    return b"".join(UUID(int=number * 0x9E3779B97F4A7C15_0000_0000_0000_0001 % 2**128).bytes for number in numbers)


def land(home: Home, name: str, texts: list[str], **changes: object) -> None:
    home.landing_events.mkdir(parents=True, exist_ok=True)
    base = '{"event_type":"x","user_id":"u","source":"mobile","timestamp":"%s","received_at":"%s","event_id":"%s"}\n'
    lines = [base % (NOW.isoformat(), (NOW + timedelta(seconds=1)).isoformat(), text) for text in texts]
    (home.landing_events / name).write_text("".join(lines) + str(changes.get("tail", "")))


@given(st.lists(st.lists(st.integers(0, 60), max_size=8), max_size=30), st.integers(1, 9))
def test_every_id_is_new_once(tmp_path_factory: pytest.TempPathFactory, batches: list[list[int]], most: int) -> None:
    seen = SeenEventIds(Home(tmp_path_factory.getbasetemp() / "nowhere"), most_recent=most)
    before: Counter[int] = Counter()
    for batch in batches:
        known = seen.remember(ids(*batch))
        expected = set()
        for place, number in enumerate(batch):
            if before[number]:
                expected.add(place)
            before[number] += 1
        assert set(known) == expected


def test_forgotten_ids_are_new_again(home: Home) -> None:
    seen = SeenEventIds(home)
    seen.remember(ids(1, 2))
    seen.forget(ids(2))
    assert set(seen.remember(ids(1, 2))) == {0}


@pytest.mark.parametrize("most", [2, 1_000])
def test_what_the_lake_takes_in_is_known_without_being_kept(home: Home, most: int) -> None:
    texts = [str(uuid4()).upper() for _ in range(50)]
    seen = SeenEventIds(home, most_recent=most)
    seen.refresh()
    land(home, "collector-1.jsonl", texts)
    seen.remember(id_bytes(texts))
    ParquetLake(home).ingest_events(NOW)
    seen.refresh()
    assert seen.kept() == 0
    assert len(seen.remember(id_bytes(texts))) == 50
    assert len(SeenEventIds(home).remember(id_bytes(texts))) == 0


def test_a_new_process_learns_from_landing_what_the_lake_does_not_hold_yet(home: Home) -> None:
    old, fresh, torn = str(uuid4()), str(uuid4()), str(uuid4())
    land(home, "collector-1.jsonl", [old])
    ParquetLake(home).ingest_events(NOW)
    land(home, "collector-1.jsonl", [old, fresh], tail='{"no": 1}\nnot json\n\xff\n{"event_id":"' + torn)
    land(home, "dropped.jsonl", [torn])
    seen = SeenEventIds(home)
    seen.refresh()
    seen.load_landing()
    assert seen.kept() == 1
    assert set(seen.remember(id_bytes([old, fresh, torn]))) == {0, 1}
