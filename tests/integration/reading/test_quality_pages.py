"""Pages about data quality, anomalies and the tracking plan: full, filtered, of older builds, with hostile names."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from published.home import AS_OF, BUILD, publish
from published.people import add_people
from published.quality import HOSTILE
from streamlit.testing.v1 import AppTest

import streamlit_app
from streamlit_app import composition, gate
from streamlit_app.components import frame
from swipesavvy.adapters.alerting import open_alerting
from swipesavvy.application.metric_queries import BuildInfo
from swipesavvy.domain.alerts import State
from swipesavvy.domain.home import Home
from swipesavvy.domain.roles import Role
from swipesavvy.settings import Settings

FOLDER = Path(streamlit_app.__file__).parent
PAGES = ("data_quality", "anomalies", "tracking_plan")
Show = Callable[..., AppTest]


@pytest.fixture
def show(published_home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Show]:
    def call(token: str, page: str, home: Home = published_home) -> AppTest:
        monkeypatch.setenv("SWIPESAVVY_HOME", str(home.root))
        monkeypatch.setattr(gate, "session_token", lambda: token)
        app = AppTest.from_file(str(FOLDER / "app.py"), default_timeout=60).run()
        return app.switch_page(f"app_pages/{page}.py").run()

    yield call
    composition._services_of.cache_clear()


def said(app: AppTest) -> str:
    parts = [*app.html, *app.subheader, *app.markdown, *app.caption, *app.info, *app.warning, *app.error, *app.code]
    return "\n".join(str(part.value) for part in parts)


def tables(app: AppTest) -> str:
    return "\n".join(table.value.to_csv(index=False) for table in app.dataframe)


def test_every_measure_has_its_value_standing_and_sentence(show: Show, tokens: dict[str, str]) -> None:
    app = show(tokens["engineering"], "data_quality")
    text = said(app)
    assert not app.exception
    for label in ("Ingestion rate", "Validation pass rate", "Completeness", "Schema compliance", "Duplicate rate",
                  "Late arrivals", "Freshness"):  # fmt: skip
        assert label in text
    assert "3 of 7 measures need attention: ingestion rate (93.2%, critical)" in text
    assert "below the limit of 95.0%; mobile is furthest off with 88.0%." in text
    assert "No value: nothing arrived." in text
    assert not {"nan", "None", "inf"} & set((text + tables(app)).replace(",", " ").split())


def test_lines_that_are_missing_from_the_ledger_are_said(show: Show, tokens: dict[str, str]) -> None:
    app = show(tokens["engineering"], "data_quality")
    assert "1 of 170 landed lines are not accounted for" in said(app)
    assert "events,150,137,5,7,1,✓ yes,3" in tables(app)
    assert "orders,20,19,0,0,0,✕ 1 missing,0" in tables(app)


def test_volumes_service_levels_names_and_platforms(show: Show, tokens: dict[str, str]) -> None:
    app = show(tokens["engineering"], "data_quality")
    assert "720 events came where 864 were expected" in said(app)
    shown = tables(app)
    assert "campaign_viewed,240,288,24" in shown
    assert "behaviour,✕ breached,5 min,80.0%,30 min,97.0%,33.3 min,4 h,300" in shown
    assert "property,mood,user_engaged,4" in shown
    assert "mail service,clicks,100,90,+11.1%,1 of 1" in shown
    assert "Campaign 00,clicks,100,90,+11.1%,late" in shown


def test_the_quarantine_is_browsed_by_reason(show: Show, tokens: dict[str, str]) -> None:
    app = show(tokens["engineering"], "data_quality")
    assert "swipesavvy quarantine replay" in said(app)
    assert "bad uuid,events,6,2" in tables(app)
    app.selectbox(key="reason").set_value("too_old").run()
    refused = next(table.value for table in app.dataframe if "Property or detail" in table.value.columns)
    assert list(refused["Line"]) == ["6"]


def test_another_measure_has_its_history(show: Show, tokens: dict[str, str]) -> None:
    app = show(tokens["engineering"], "data_quality")
    measure = app.selectbox(key="measure")
    measure.set_value(measure.options[4]).run()
    assert not app.exception
    assert "Duplicate rate" in tables(app)


def test_an_anomaly_is_explained(show: Show, tokens: dict[str, str]) -> None:
    app = show(tokens["engineering"], "anomalies")
    text = said(app)
    assert "4 anomalies in 30 days, 1 of them critical" in text
    assert "campaign_viewed: 40 events in the hour of 21 Nov 2026, 07:00 UTC, where 12 were expected, +233%." in text
    assert "more than 3 robust standard deviations" in text


@pytest.mark.parametrize(("key", "value", "left"), [
    ("anomaly-severity", "critical", "user_purchased"), ("anomaly-kind", "drop", "mobile"),
    ("anomaly-subject", "mobile", "drop"),
])  # fmt: skip
def test_anomalies_are_filtered(show: Show, tokens: dict[str, str], key: str, value: str, left: str) -> None:
    app = show(tokens["engineering"], "anomalies")
    app.selectbox(key=key).set_value(value).run()
    (table,) = [table.value for table in app.dataframe if "Off by" in table.value.columns]
    assert len(table) == 1
    assert left in table.to_csv()
    assert not app.exception


def test_filters_that_leave_nothing_teach(show: Show, tokens: dict[str, str]) -> None:
    app = show(tokens["engineering"], "anomalies")
    app.selectbox(key="anomaly-severity").set_value("critical").run()
    app.selectbox(key="anomaly-kind").set_value("drop").run()
    assert "No anomaly fits these filters" in said(app)


def test_names_with_markup_stay_text(show: Show, tokens: dict[str, str]) -> None:
    app = show(tokens["engineering"], "data_quality")
    assert HOSTILE in tables(app)
    assert "furthest off is &lt;img src=x" in said(app)
    assert not [part.value for part in [*app.markdown, *app.caption] if HOSTILE in part.value]
    app = show(tokens["engineering"], "anomalies")
    app.selectbox(key="anomaly-subject").set_value(HOSTILE).run()
    html = "\n".join(part.value for part in app.html)
    assert "&lt;img src=x" in html
    assert HOSTILE not in html


@pytest.mark.parametrize("page", PAGES)
def test_an_older_build_teaches_instead_of_failing(show: Show, home: Home, page: str) -> None:
    token = add_people(home, Role.CMO)["cmo"]
    publish(home, campaigns=2, has_quality=False)
    app = show(token, page, home)
    assert not app.exception
    assert not app.error
    assert "cannot be shown" not in said(app)
    if page != "tracking_plan":
        assert app.info


def test_the_tracking_plan_is_searched(show: Show, tokens: dict[str, str]) -> None:
    app = show(tokens["data_science"], "tracking_plan")
    assert "31 event types" in said(app)
    assert '"event_type": "campaign_delivered"' in said(app)
    app.text_input(key="plan-search").set_value("promo_code").run()
    assert "user_purchased" in tables(app)
    assert "campaign_delivered" not in tables(app)
    app.text_input(key="plan-search").set_value("<script>").run()
    assert "No type or property has this name" in said(app)


def alerted(home: Home) -> str:
    """A home with one open alert; its id."""
    from swipesavvy.domain.alert_rules import Watch, rule_named, rules_of
    from swipesavvy.domain.alerts import Severity

    with open_alerting(Settings(home=home.root)) as alerting:
        finding = rule_named("refresh_failed").finding(HOSTILE, Severity.CRITICAL, "the build stopped")
        alerting.observe([finding], AS_OF, rules_of(Watch.RUN))
        return alerting.list_open()[0].alert_id


def test_an_alert_is_taken_on_by_who_may(show: Show, home: Home) -> None:
    tokens = add_people(home, Role.ENGINEERING, Role.FINANCE)
    publish(home, campaigns=2)
    alert_id = alerted(home)
    looking = show(tokens["finance"], "anomalies", home)
    assert "1 to look after: 1 open" in said(looking)
    assert "the build stopped" in tables(looking)
    assert not [button for button in looking.button if button.label == "Acknowledge alert"]
    app = show(tokens["engineering"], "anomalies", home)
    next(box for box in app.text_input if "being done" in box.label).set_value("on it")
    next(button for button in app.button if button.label == "Acknowledge alert").click().run()
    assert not app.exception
    assert "acknowledged by engineering" in tables(app)
    with open_alerting(Settings(home=home.root)) as alerting:
        (alert,) = alerting.list_open()
    assert (alert.alert_id, alert.state, alert.note) == (alert_id, State.ACKNOWLEDGED, "on it")


@pytest.mark.parametrize(
    ("passed", "told"),
    [(timedelta(minutes=15), ""), (timedelta(minutes=16), "Based on data that is 16 min old"),
     (timedelta(hours=2), "Based on data that is 2 h old")],
)  # fmt: skip
def test_old_data_is_said(passed: timedelta, told: str) -> None:
    build = BuildInfo(BUILD, AS_OF, AS_OF, AS_OF)
    assert frame.staleness(build, AS_OF + passed) == told
