"""Many small batches end as few files, and nobody who reads notices."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from landed import NOW, content, land, line, rows, take_in

from swipesavvy.adapters.lake import ParquetLake, compaction, open_lake
from swipesavvy.adapters.lake.manifest import Manifest
from swipesavvy.adapters.lake.staging import lake_connection
from swipesavvy.domain.home import Home


def file_counts(home: Home) -> Counter[str]:
    """Files that count now, by kind and day."""
    files = Manifest(home.lake / "manifest.db").files()
    return Counter(f"{file.kind} {file.day or ''}".strip() for file in files)


def market() -> list[str]:
    """12 events over two days, half of them with a copy, and refused lines."""
    lines = [line(n, n, hours=24 * (n % 2)) for n in range(12)]
    copies = [line(n, 3600 + n) for n in range(0, 12, 2)]
    return [*lines, *copies, *("oops" * 75 for _ in range(6))]


@pytest.fixture
def scattered(home: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A lake of one file per line, in which five files are too many."""
    land(home, "a.jsonl", market())
    with monkeypatch.context() as patched:
        patched.setattr(compaction, "MOST_SMALL_FILES", 100)
        take_in(home, chunk_bytes=300, batch_lines=1)
    monkeypatch.setattr(compaction, "MOST_SMALL_FILES", 4)
    return home


def test_micro_batches_leave_few_files_with_the_same_content(scattered: Home, tmp_path: Path) -> None:
    whole = Home(tmp_path / "whole")
    land(whole, "a.jsonl", market())
    take_in(whole)
    before = file_counts(scattered)
    del before["ids"]
    assert sorted(before) == ["duplicates", "events 2026-11-19", "events 2026-11-20", "quarantine:events"]
    assert min(before.values()) > compaction.MOST_SMALL_FILES
    lake = open_lake(scattered)
    version, listed, found = lake.version(), lake.files()["events"], rows(lake.files()["events"])
    # Nothing but housekeeping happens in this ingest: the new file holds one blank line.
    land(scattered, "b.jsonl", [""])
    take_in(scattered)
    after = file_counts(scattered)
    del after["ids"]
    assert after == dict.fromkeys(before, 1)
    assert lake.version() == version, "the content is the same"
    assert set(lake.files()["events"]).isdisjoint(listed)
    assert rows(listed) == found == rows(lake.files()["events"]), "a reader with the old list is not disturbed"
    assert content(scattered) == content(whole)


def test_replaced_files_are_kept_for_readers_and_then_swept(scattered: Home) -> None:
    def on_disk() -> int:
        return len(list(scattered.lake.rglob("*.parquet")))

    before = on_disk()
    land(scattered, "b.jsonl", [""])
    take_in(scattered)
    assert on_disk() == before + 4
    lake = ParquetLake(scattered)
    lake.ingest_events(NOW + timedelta(hours=23))
    assert on_disk() == before + 4
    lake.ingest_events(NOW + timedelta(hours=25))
    assert on_disk() == 4


def test_a_run_merges_a_bounded_number_of_rows(scattered: Home) -> None:
    lake = ParquetLake(scattered)
    merged = []
    with lake._writing(NOW), lake_connection(scattered.lake / "spill") as connection:
        while not merged or merged[-1]:
            merged.append(compaction.compact(lake._files, connection, NOW, most_rows=13))
    assert merged == [2, 2, 0]
