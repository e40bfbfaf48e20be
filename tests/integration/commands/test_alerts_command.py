import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from swipesavvy.adapters.alerting import observe_failure
from swipesavvy.cli import app
from swipesavvy.commands.alerts import UndeliveredError
from swipesavvy.domain.errors import UsageError
from swipesavvy.domain.home import Home
from swipesavvy.settings import Settings

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def run(home: Home) -> Iterator[CliRunner]:
    observe_failure(Settings(home=home.root), "test assert_x found\n3 rows", NOW)
    return CliRunner()


def invoke(home: Home, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["alerts", *arguments, "--home", str(home.root)], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_an_alert_is_listed_taken_on_and_listed_again(run: CliRunner, home: Home) -> None:
    (alert,) = map(json.loads, invoke(home, "list", "--format", "json").splitlines())
    assert (alert["rule"], alert["severity"], alert["state"]) == ("refresh_failed", "critical", "open")
    assert alert["first_seen_at"] == "2026-11-21T12:00:00+00:00"
    line = invoke(home, "list")
    assert line.count("\n") == 1
    assert "refresh_failed (refresh): test assert_x found 3 rows" in line
    assert invoke(home, "ack", alert["alert_id"], "--note", "on it").startswith(f"{alert['alert_id']} acknowledged by ")
    assert "[acknowledged by " in invoke(home, "list")


def test_what_cannot_be_done_says_so(run: CliRunner, home: Home) -> None:
    with pytest.raises(UsageError, match="no alert 'nothing'"):
        invoke(home, "ack", "nothing")
    with pytest.raises(UsageError, match="--format xml"):
        invoke(home, "list", "--format", "xml")


def test_the_channels_can_be_tried(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert invoke(home, "test") == "log: sent\n"
    monkeypatch.setenv("SWIPESAVVY_ALERT_WEBHOOK_URL", "http://example.com/")
    monkeypatch.setenv("SWIPESAVVY_ALERT_WEBHOOK_SECRET", "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
    with pytest.raises(UndeliveredError, match="webhook did not take the message"):
        invoke(home, "test")


def test_an_empty_home_has_no_alerts(home: Home) -> None:
    assert invoke(home, "list", "--all") == ""
