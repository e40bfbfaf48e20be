import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from landed import NOW, content, land, line, rows, take_in

from swipesavvy.adapters.lake import open_lake
from swipesavvy.domain.home import Home

# The child counts durable steps (every fsync, rename and commit passes one of these) and kills itself at the n-th.
CHILD = """
import os, signal, sqlite3, sys
from pathlib import Path
step, target = 0, int(sys.argv[2])
def dying(function):
    def wrapped(*arguments, **options):
        global step
        step += 1
        if step == target:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **options)
    return wrapped
os.fsync = dying(os.fsync)
Path.replace = dying(Path.replace)
from swipesavvy.adapters.lake import manifest
manifest.Manifest.commit = dying(manifest.Manifest.commit)
sys.path.insert(0, sys.argv[3])
import landed
from swipesavvy.adapters.lake import ParquetLake
from swipesavvy.domain.home import Home
lake = ParquetLake(Home(Path(sys.argv[1])), chunk_bytes=4000, batch_lines=40)
lake.ingest_events(landed.NOW)
lake.ingest_table("users", landed.NOW)
print(step)
"""


def market(home: Home) -> None:
    """Copies, late days and refused lines over three batches of two files, and a table."""
    first = [line(n, n * 20, hours=30 * (n % 2)) for n in range(60)]
    second = [line(n, n * 20 + 100 * (n % 4)) for n in range(40, 70)] + ["oops", line(99, source="web")]
    land(home, "a.jsonl", first)
    land(home, "b.jsonl.gz", second)
    land(home, "u.csv", ["user_id,region", *(f"u{n},DE" for n in range(20))], source="users")


def ingest_killed_at(home: Home, step: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", CHILD, str(home.root), str(step), str(Path(__file__).parent)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, int]:
    home = Home(tmp_path_factory.mktemp("whole"))
    market(home)
    done = ingest_killed_at(home, 0)
    assert done.returncode == 0, done.stderr
    return home, int(done.stdout)


def check_a_kill(home: Home, whole: Home, step: int) -> bool:
    """Kill at a step, ingest again, compare; says whether the kill left files that no batch had committed."""
    market(home)
    assert ingest_killed_at(home, step).returncode == -signal.SIGKILL
    on_disk = {path for path in home.lake.rglob("*.parquet*") if path.is_file()}
    counted = {path for paths in open_lake(home).files().values() for path in paths}
    left_over = bool(on_disk - counted - {p for p in on_disk if "duplicates" in p.parts or "quarantine" in p.parts})
    partial = content(home)
    assert all(row in content(whole).quarantine for row in partial.quarantine)
    check_the_next_run(home, whole)
    return left_over


def check_the_next_run(home: Home, whole: Home) -> None:
    take_in(home)
    open_lake(home).ingest_table("users", NOW)
    assert content(home) == content(whole)
    assert rows(open_lake(home).files()["users"]) == rows(open_lake(whole).files()["users"])
    assert not list(home.lake.rglob("*.tmp"))


def test_killed_in_the_middle_the_next_run_gives_the_same_lake(tmp_path: Path, undisturbed: tuple[Home, int]) -> None:
    whole, steps = undisturbed
    assert steps > 30
    left_over = [check_a_kill(Home(tmp_path / str(at)), whole, at) for at in (steps // 2, steps - 4)]
    # Otherwise the kills missed what they are aimed at.
    assert any(left_over)


@pytest.mark.slow
def test_killed_at_any_step_the_next_run_gives_the_same_lake(tmp_path: Path, undisturbed: tuple[Home, int]) -> None:
    whole, steps = undisturbed
    left_over = [check_a_kill(Home(tmp_path / str(at)), whole, at) for at in range(1, steps + 1, 3)]
    assert sum(left_over) > 5


@pytest.mark.slow
def test_killed_from_outside_at_random_moments(tmp_path: Path, undisturbed: tuple[Home, int]) -> None:
    whole, _ = undisturbed
    home = Home(tmp_path / "home")
    market(home)
    for pause in (0.6, 0.9, 1.2, 1.5, 0.8, 1.0):
        command = [sys.executable, "-c", CHILD, str(home.root), "0", str(Path(__file__).parent)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
            time.sleep(pause)
            os.kill(child.pid, signal.SIGKILL)
    check_the_next_run(home, whole)


@pytest.mark.slow
def test_without_the_manifest_a_kill_would_show(tmp_path: Path, undisturbed: tuple[Home, int]) -> None:
    """The control: counting every file on disk, as a glob would, gives another lake after a kill."""
    whole, steps = undisturbed
    differs = []
    for at in (steps // 3, steps // 2, 2 * steps // 3):
        home = Home(tmp_path / str(at))
        market(home)
        ingest_killed_at(home, at)
        globbed = {path.name for path in (home.lake / "events").rglob("*.parquet")}
        differs.append(globbed != {path.name for path in open_lake(home).files()["events"]})
    assert any(differs)
    assert {p.name for p in (whole.lake / "events").rglob("*.parquet")} >= {
        p.name for p in open_lake(whole).files()["events"]
    }
