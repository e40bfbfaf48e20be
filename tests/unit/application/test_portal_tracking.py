import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from swipesavvy.adapters.landing_log import LandingLog
from swipesavvy.application.portal_tracking import IDLE_AFTER, PortalTracking
from swipesavvy.domain.people import Person
from swipesavvy.domain.roles import Role
from swipesavvy.domain.verdicts import problem_of

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
CAMPAIGN = "0b5a4c9e-5f0e-4c5e-9d3f-1a2b3c4d5e6f"
MAYA = Person("p-1", "maya", Role.CMO, must_change_password=False, created_at=START)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[LandingLog]:
    made = LandingLog(tmp_path / "landing", lambda: START)
    yield made
    made.close()


@pytest.fixture
def failures() -> list[Exception]:
    return []


@pytest.fixture
def tracking(log: LandingLog, failures: list[Exception]) -> PortalTracking:
    return PortalTracking(log, failures.append)


def landed(log: LandingLog, folder: Path) -> list[Any]:
    log.close()
    events = [json.loads(line) for path in folder.glob("landing/*.jsonl") for line in path.read_text().splitlines()]
    for event in events:
        assert problem_of(event, datetime.fromisoformat(event["received_at"])) is None
    return events


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def test_a_visit_lands_when_the_next_section_opens(tracking: PortalTracking, log: LandingLog, tmp_path: Path) -> None:
    tracking.look("tab", MAYA, "kpi", {"window": "7d"}, after(0))
    tracking.look("tab", MAYA, "kpi", {"window": "7d"}, after(1))
    tracking.look("tab", MAYA, "kpi", {"window": "30d", "q": "mail a@b.co"}, after(2))
    tracking.look("tab", MAYA, "health", {}, after(5))
    tracking.look("other tab", MAYA, "kpi", {}, after(6))
    tracking.close(after(9))
    events = landed(log, tmp_path)
    told = [(e["properties"]["dashboard_section"], e["properties"]["time_spent_seconds"]) for e in events]
    assert told == [("kpi", 120), ("kpi", 180), ("health", 0), ("kpi", 0)]
    assert events[0]["properties"]["filters_applied"] == {"window": "7d"}
    assert events[1]["properties"]["filters_applied"] == {"window": "30d", "q": "mail [email]"}
    assert events[0]["timestamp"] == after(0).isoformat()
    assert events[0]["received_at"] == after(2).isoformat()
    assert {(e["user_id"], e["source"], e["properties"]["user_role"]) for e in events} == {
        (MAYA.person_id, "admin_portal", "cmo")
    }


def test_a_forgotten_tab_ends_with_its_last_sign_of_life(
    tracking: PortalTracking, log: LandingLog, tmp_path: Path
) -> None:
    tracking.look("forgotten", MAYA, "kpi", {}, after(0))
    tracking.look("forgotten", MAYA, "kpi", {}, after(4))
    tracking.look("tab", MAYA, "roi", {}, after(4) + IDLE_AFTER)
    (event,) = landed(log, tmp_path)
    assert event["properties"]["time_spent_seconds"] == 240


def test_an_action_lands_at_once_and_must_be_one_of_staff(
    tracking: PortalTracking, log: LandingLog, tmp_path: Path
) -> None:
    properties = {"campaign_id": CAMPAIGN, "marketer_id": MAYA.person_id, "pause_reason": "low_performance"}
    event_id = tracking.act("campaign_paused", properties, MAYA, "tab", START)
    with pytest.raises(ValueError, match="no staff event"):
        tracking.act("user_purchased", {}, MAYA, "tab", START)
    (event,) = landed(log, tmp_path)
    assert (event["event_id"], event["properties"], event["session_id"]) == (event_id, properties, "tab")


def test_a_landing_that_fails_disturbs_nobody(
    tracking: PortalTracking, log: LandingLog, failures: list[Exception], tmp_path: Path
) -> None:
    (tmp_path / "landing").touch()
    tracking.act("campaign_paused", {}, MAYA, "tab", START)
    log.close()
    tracking.act("campaign_paused", {}, MAYA, "tab", START)
    assert len(failures) == 2
