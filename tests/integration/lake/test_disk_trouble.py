"""A full disk or a read-only lake costs one clear line and nothing else: the next run goes on where it stopped."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from dying import ingest, market
from killing import State, Work, program, state
from landed import land, line, take_in

from swipesavvy.adapters.lake.files import LakeWriteError
from swipesavvy.domain.home import Home


@pytest.fixture(scope="module")
def work() -> Iterator[Work]:
    with program() as found:
        yield found


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> State:
    home = Home(tmp_path_factory.mktemp("whole"))
    market(home)
    ingest(home)
    return state(home)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    for path in folders:
        path.chmod(0o555)
    try:
        yield
    finally:
        for path in folders:
            path.chmod(0o755)


def check_the_line(error: str, home: Home) -> None:
    assert "\n" not in error
    assert str(home.lake) in error
    assert "could not be written" in error


# From the first page of the manifest over small Parquet files to the write-ahead log of several batches.
@pytest.mark.parametrize("most_bytes", [0, 2_000, 5_000, 7_000, 40_000])
def test_a_full_disk_loses_nothing(home: Home, work: Work, whole: State, most_bytes: int) -> None:
    market(home)
    check_the_line(work(home, "ingest", most_bytes=most_bytes).error, home)
    assert work(home, "ingest").error == ""
    assert state(home) == whole


@pytest.mark.parametrize("is_new", [True, False])
def test_a_read_only_lake_loses_nothing(home: Home, work: Work, whole: State, is_new: bool) -> None:
    market(home)
    names = list(home.landing_events.iterdir())
    if is_new:
        with read_only(home.root):
            check_the_line(work(home, "ingest", is_held_to_rights=True).error, home)
    else:
        hidden = names[0].rename(home.root / "later")
        ingest(home)
        hidden.rename(names[0])
        with read_only(home.lake):
            check_the_line(work(home, "ingest", is_held_to_rights=True).error, home)
    assert work(home, "ingest").error == ""
    assert state(home).content.ledger == whole.content.ledger
    assert state(home).content.events == whole.content.events


def test_a_damaged_manifest_is_named(home: Home) -> None:
    land(home, "a.jsonl", [line(1)])
    take_in(home)
    (home.lake / "manifest.db").write_bytes(b"no database" * 1000)
    for beside in home.lake.glob("manifest.db-*"):
        beside.unlink()
    with pytest.raises(LakeWriteError, match=r"manifest.db is damaged .* delete the lake folder"):
        take_in(home)
