import logging
import re
from pathlib import Path

import httpx
import pytest
from api_server import free_port, serving

from swipesavvy.api import server
from swipesavvy.domain.errors import BusyError
from swipesavvy.domain.home import Home
from swipesavvy.settings import Settings

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def publish(home: Home, build_id: str) -> None:
    """A snapshot as far as the health page looks: a file and the pointer to it."""
    home.serving.mkdir()
    (home.serving / f"{build_id}.duckdb").write_bytes(b"")
    home.current_pointer.write_text(f"{build_id}\n")


def test_an_empty_home_is_healthy_and_says_what_is_missing(client: httpx.Client) -> None:
    answer = client.get("/health")
    assert answer.status_code == 200
    report = answer.json()
    assert report["status"] == "healthy"
    assert report["version"]
    assert report["uptime_seconds"] >= 0
    parts = report["parts"]
    named = {"home", "disk", "landing", "lake", "published", "worker", "operational_store", "collector"}
    assert named == set(parts)
    assert parts["published"] == {
        "state": "empty",
        "says": "nothing published yet; `swipesavvy run` builds and publishes",
        "build_id": None,
    }
    assert parts["landing"]["state"] == parts["lake"]["state"] == "empty"
    assert parts["operational_store"]["kind"] == "sqlite"


def test_what_is_there_is_named(client: httpx.Client, home: Home) -> None:
    publish(home, "20261121T040000Z-12345678")
    home.landing_events.mkdir(parents=True)
    (home.landing_events / "a.jsonl").write_text("{}\n")
    parts = client.get("/health").json()["parts"]
    assert parts["published"]["build_id"] == "20261121T040000Z-12345678"
    assert parts["published"]["age_seconds"] >= 0
    assert parts["landing"]["files"] == 1


def test_people_get_a_page_with_nothing_from_outside(client: httpx.Client, home: Home) -> None:
    publish(home, "20261121T040000Z-12345678")
    answer = client.get("/health", headers=HTML)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    page = answer.text
    assert "Everything answers" in page
    assert "20261121T040000Z-12345678" in page
    assert not re.search(r"https?://|<script|<img|<link|src=|url\(", page)
    assert str(home.root) not in page


def test_the_root_leads_to_health_and_head_works(client: httpx.Client) -> None:
    assert client.get("/", follow_redirects=True, headers=HTML).url.path == "/health"
    assert client.head("/health").status_code == 200
    assert client.get("/docs").status_code == 404


def test_a_bad_part_is_shown_and_still_answers_200(home: Home) -> None:
    home.serving.write_text("a file where a folder should be")
    home.ops_file.write_text("no database, but longer than a header needs to be\n" * 9)
    with serving(Settings(home=home.root)) as address:
        answer = httpx.get(f"{address}/health", headers=HTML)
    assert answer.status_code == 200
    assert "Something needs attention" in answer.text
    assert "damaged" in answer.text


def test_an_unexpected_failure_is_answered_with_an_id_to_quote(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("inside matter")

    monkeypatch.setattr("swipesavvy.api.health.check_health", broken)
    with caplog.at_level(logging.INFO):
        answer = client.get("/health")
    assert answer.status_code == 500
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert "inside matter" not in answer.text
    assert "inside matter" in caplog.text
    assert answer.headers["x-request-id"] in caplog.text


def test_a_taken_port_is_one_clear_line(home: Home) -> None:
    with (
        serving(Settings(home=home.root)) as address,
        pytest.raises(BusyError, match="choose another SWIPESAVVY_API_PORT"),
    ):
        server.run(Settings(home=home.root, api_port=int(address.rsplit(":", 1)[1])))


def test_the_factory_reads_the_settings(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWIPESAVVY_HOME", str(home.root))
    assert callable(server.application())
    assert free_port() > 0
    assert not any(Path(home.root).iterdir())
