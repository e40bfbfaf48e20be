"""What docs/collecting.md shows is what happens."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from api_server import make_key
from server_process import ServerProcess

from swipesavvy.adapters.lake import open_lake
from swipesavvy.adapters.segment_mappings import load_segment_mapping, segment_mapping_file
from swipesavvy.api import segment_bodies
from swipesavvy.client import tracking
from swipesavvy.domain.home import Home

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "collecting.md").read_text(encoding="utf-8")


def snippets(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def landed(home: Home) -> list[Any]:
    lines = [line for path in home.landing_events.glob("*.jsonl") for line in path.read_text().splitlines()]
    return [json.loads(line) for line in lines]


@pytest.fixture
def run(home: Home, start_server: Callable[..., ServerProcess], tmp_path: Path) -> Callable[..., str]:
    """Runs a snippet against a server of this home, as a person with a key would."""
    server = start_server()
    environment = {**os.environ, "COLLECT_KEY": make_key(home), "PYTHONPATH": str(Path(__file__).parents[3])}

    def call(command: list[str], snippet: str, folder: Path = tmp_path) -> str:
        assert "http://127.0.0.1:8000" in snippet
        text = snippet.replace("http://127.0.0.1:8000", server.address)
        done = subprocess.run(
            [*command, text], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    return call


def test_the_python_snippets_deliver(home: Home, run: Callable[..., str]) -> None:
    ours, typed, segments = snippets("python")
    for snippet in (ours, typed, segments):
        run([sys.executable, "-c"], snippet)
    first, second, third = landed(home)
    assert (first["event_type"], first["source"], bool(first["session_id"])) == ("user_engaged", "mobile", True)
    assert second["properties"] == {"engagement_type": "search", "search_query": "running shoes"}
    assert (third["event_type"], third["properties"]["order_value"]) == ("user_purchased", 27.5)
    lake = open_lake(home)
    lake.ingest_events(datetime.now(UTC))
    assert sum(row.clean for row in lake.ledger()) == 3


def test_the_shell_snippets_work(home: Home, run: Callable[..., str]) -> None:
    adding, sending = snippets("sh")
    command = shlex.split(adding)
    done = subprocess.run(
        [sys.executable, "-m", *command, "--home", str(home.root)], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip()
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    answer = json.loads(run(["sh", "-c"], sending))
    assert answer["accepted"] == len(landed(home)) == 1


@pytest.mark.slow
def test_the_node_snippet_delivers(home: Home, run: Callable[..., str], node_folder: Path) -> None:
    (snippet,) = snippets("js")
    assert run(["node", "-e"], snippet, node_folder) == ""
    (event,) = landed(home)
    assert event["event_type"] == "user_purchased"


def test_the_mapping_it_shows_is_understood(home: Home) -> None:
    (shown,) = snippets("yaml")
    segment_mapping_file(home).write_text(shown)
    mapping = load_segment_mapping(home)
    assert mapping.rule("checkout_done").constants == {"payment_method": "card"}
    assert mapping.rule("Application Opened").event_type == "Application Opened"


def test_the_limits_it_names_are_those_in_force() -> None:
    assert segment_bodies.MOST_BATCH_BYTES == 500 * 1024
    assert segment_bodies.MOST_MESSAGE_BYTES == 32 * 1024
    assert f"{segment_bodies.MOST_MESSAGES:,} messages" in TEXT
    assert f"batches of up to {tracking.MOST_EVENTS}" in TEXT
