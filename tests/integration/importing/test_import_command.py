"""`swipesavvy import` as people call it: exit codes and what goes to which stream."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from swipesavvy.domain.home import Home

MAPPING = """name: shop
events:
  - type: offer_landed
    timestamp: $at
    user_id: $who
"""


def call(*arguments: str, home: Home) -> subprocess.CompletedProcess[str]:
    main = "from swipesavvy.cli import main; main()"
    command = [sys.executable, "-c", main, "import", *arguments, "--home", str(home.root)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "map.yaml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "data.csv").write_text("who,at\nann,2024-01-01\nbob,soon\n", encoding="utf-8")
    return str(tmp_path / "data.csv"), str(tmp_path / "map.yaml")


def test_a_good_import_reports_on_stdout_and_exits_0(home: Home, files: tuple[str, str]) -> None:
    done = call(files[0], "--mapping", files[1], home=home)
    assert done.returncode == 0, done.stderr
    assert "data.csv: 1 of 2 rows imported by shop" in done.stdout
    assert "data.csv:3: at: 'soon' is not an ISO-8601 time" in done.stdout
    (landed,) = home.landing_events.glob("*.jsonl")
    assert json.loads(landed.read_text(encoding="utf-8"))["user_id"] == "ann"


def test_format_json_prints_one_object(home: Home, files: tuple[str, str]) -> None:
    done = call(files[0], "--mapping", files[1], "--format", "json", home=home)
    report = json.loads(done.stdout)
    assert (report["rows"], report["imported"], report["skipped"]) == (2, 1, 1)
    assert Path(report["problems_file"]).is_file()


def test_mistakes_in_the_mapping_are_lines_with_places_and_exit_1(home: Home, files: tuple[str, str]) -> None:
    Path(files[1]).write_text(MAPPING.replace("$at", "$att").replace("user_id", "user"), encoding="utf-8")
    done = call(files[0], "--mapping", files[1], home=home)
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if "map.yaml" in line]
    assert lines == [
        f"{files[1]}:3:5: offer_landed needs `user_id`",
        f"{files[1]}:5:5: unknown key `user`; did you mean user_id?",
        f"error: {files[1]}: 2 things to mend, nothing was imported",
    ]
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_a_missing_mapping_is_one_line_and_exit_1(home: Home, files: tuple[str, str]) -> None:
    Path(files[1]).unlink()
    done = call(files[0], "--mapping", files[1], home=home)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"error: no mapping file {files[1]}: check the path given to --mapping"
    assert not home.landing.exists()
