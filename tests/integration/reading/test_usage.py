"""What a person opens lands as staff events, unless that is switched off; looking is no reason for a build."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from published.people import add_people
from streamlit.testing.v1 import AppTest

import streamlit_app
from streamlit_app import composition, gate
from swipesavvy.adapters.code_version import landing_signature
from swipesavvy.domain.home import Home
from swipesavvy.domain.roles import Role

FOLDER = Path(streamlit_app.__file__).parent


@pytest.fixture
def app(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    """The dashboard of an empty home, seen by its marketing officer."""
    monkeypatch.setenv("SWIPESAVVY_HOME", str(home.root))
    token = add_people(home, Role.CMO)["cmo"]
    monkeypatch.setattr(gate, "session_token", lambda: token)
    yield AppTest.from_file(str(FOLDER / "app.py"), default_timeout=60)
    composition._services_of.cache_clear()


def visits(home: Home) -> list[Any]:
    portal = composition.services().portal
    if portal is not None:
        portal.close(composition.now())
        portal._log.close()  # type: ignore[attr-defined]
    return [
        json.loads(line)["properties"]
        for path in sorted(home.landing_events.glob("*.jsonl"))
        for line in path.read_text().splitlines()
    ]


def test_visits_land_by_section_and_filters(home: Home, app: AppTest) -> None:
    before = landing_signature(home)
    app.query_params["q"] = "mail ann@example.com"
    app.run()
    app.run()
    app.switch_page("app_pages/data_quality.py").run()
    app.switch_page("app_pages/metric_guide.py").run()
    first, second = visits(home)
    assert (first["user_role"], first["dashboard_section"]) == ("cmo", "kpi")
    assert first["filters_applied"]["q"] == "mail [email]"
    assert second["dashboard_section"] == "health"
    assert landing_signature(home) == before


def test_tracking_can_be_switched_off(home: Home, app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWIPESAVVY_TRACK_USAGE", "false")
    app.run()
    app.switch_page("app_pages/data_quality.py").run()
    assert visits(home) == []
    assert composition.services().portal is None
