"""Every page is launched for every role and for nobody: the gate holds, the pages fill, and empty ones teach."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from published.home import AS_OF, campaign_id, publish
from published.people import NEWCOMER, add_people
from streamlit.testing.v1 import AppTest

import streamlit_app
from streamlit_app import composition, gate
from swipesavvy.domain.home import Home
from swipesavvy.domain.roles import Role

FOLDER = Path(streamlit_app.__file__).parent
PAGES = sorted(path.name for path in (FOLDER / "app_pages").glob("[!_]*.py"))
Launch = Callable[..., AppTest]


@pytest.fixture
def launch(published_home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Launch]:
    def call(
        token: str, address: dict[str, str] | None = None, *, page: str = "", home: Home = published_home
    ) -> AppTest:
        monkeypatch.setenv("SWIPESAVVY_HOME", str(home.root))
        monkeypatch.setattr(gate, "session_token", lambda: token)
        app = AppTest.from_file(str(FOLDER / "app.py"), default_timeout=60)
        for name, value in (address or {}).items():
            app.query_params[name] = value
        app.run()
        return app

    yield call
    composition._services_of.cache_clear()


def said(app: AppTest) -> str:
    parts = [*app.html, *app.subheader, *app.markdown, *app.caption, *app.info, *app.warning, *app.error]
    return "\n".join(str(part.value) for part in parts)


def test_there_are_pages_and_their_folder_is_not_called_pages() -> None:
    assert PAGES
    assert not (FOLDER / "pages").exists()


@pytest.mark.parametrize("role", list(Role))
def test_every_page_starts_for_every_role(launch: Launch, tokens: dict[str, str], role: Role) -> None:
    app = launch(tokens[role.value])
    for page in PAGES:
        app.switch_page(f"app_pages/{page}").run()
        assert not app.exception
        assert not app.error
        assert role.label in said(app)
        assert not {"nan", "None", "inf"} & set(said(app).split())


@pytest.mark.parametrize("token", ["", "made-up"])
def test_nobody_gets_past_the_gate(launch: Launch, token: str) -> None:
    app = launch(token)
    assert not app.exception
    assert "You are signed out" in said(app)
    assert "3.21x" not in said(app)
    # Behind a closed gate there is no navigation, so no other page can be named.
    for page in PAGES:
        app.switch_page(f"app_pages/{page}").run()
        assert "You are signed out" in said(app)
        assert "3.21x" not in said(app)


def test_a_one_time_password_does_not_open_the_dashboard(launch: Launch, tokens: dict[str, str]) -> None:
    people = composition.services
    app = launch("")
    token = people().people.sign_in(NEWCOMER, tokens[NEWCOMER], composition.now())
    app = launch(token)
    assert "Choose a password first" in said(app)
    assert "3.21x" not in said(app)


def test_five_tiles_with_sentences(launch: Launch, tokens: dict[str, str]) -> None:
    text = said(launch(tokens["cmo"]))
    for value in ("3.21x", "42.0%", "$14.20", "$412.00", "31.2%"):
        assert f">{value} <" in text
    assert "0.29x below target for 29 days" in text
    assert "on the 30 days before" in text


@pytest.mark.parametrize("window", ["7d", "30d", "90d", "YTD"])
def test_the_window_is_kept_in_the_address(launch: Launch, tokens: dict[str, str], window: str) -> None:
    app = launch(tokens["cmo"], {"window": window})
    assert app.segmented_control(key="window").value == window
    assert not app.exception


@pytest.mark.parametrize(
    "address",
    [
        {"sort": "nonsense", "order": "sideways", "page": "-1"},
        {"page": "999999999999"},
        {"page": "٣", "window": "13d", "status": "gone", "type": "x"},
        {"campaign": "'; drop table"},
        {"q": "<b>"},
    ],
)
def test_nonsense_in_the_address_means_the_default(
    launch: Launch, tokens: dict[str, str], address: dict[str, str]
) -> None:
    app = launch(tokens["cmo"], address)
    assert not app.exception
    assert not app.error


def test_a_filter_without_results_teaches(launch: Launch, tokens: dict[str, str]) -> None:
    app = launch(tokens["cmo"], {"q": "no such campaign"})
    assert "No campaign fits these filters" in said(app)


def test_a_chosen_campaign_shows_its_figures(launch: Launch, tokens: dict[str, str]) -> None:
    app = launch(tokens["cmo"], {"campaign": campaign_id(0)})
    assert "Campaign 00" in [heading.value for heading in app.subheader]
    assert "All figures of this window" in said(app)


def test_a_tile_leads_to_its_weakest_campaigns(launch: Launch, tokens: dict[str, str]) -> None:
    app = launch(tokens["cmo"])
    assert not [button.key for button in app.button if button.key in {"drill-ltv", "drill-open_rate"}]
    app.button(key="drill-roas").click().run()
    assert app.query_params["order"] == "reversed"
    app.button(key="drill-cac").click().run()
    assert app.query_params["sort"] == "cac"
    assert not app.exception


def test_a_home_without_a_build_teaches_and_fills_by_itself(launch: Launch, home: Home) -> None:
    token = add_people(home, Role.CMO)["cmo"]
    app = launch(token, home=home)
    assert not app.exception
    assert "No numbers yet" in said(app)
    assert "swipesavvy run" in app.code[0].value
    publish(home, campaigns=2)
    assert "3.21x" in said(app.run())


def test_a_newer_build_is_shown_with_the_next_run(launch: Launch, home: Home) -> None:
    token = add_people(home, Role.CMO)["cmo"]
    publish(home, campaigns=2)
    app = launch(token, home=home)
    assert "3.21x" in said(app)
    publish(home, "20261122T100500Z-0badcafe", AS_OF + timedelta(days=1), campaigns=2, scale=2.0)
    assert "6.42x" in said(app.run())


def test_signing_out_shows_the_way_back(launch: Launch, published_home: Home, tokens: dict[str, str]) -> None:
    app = launch(tokens["finance"])
    app.button(key="sign_out").click().run()
    assert "You are signed out" in said(app)
    assert "3.21x" not in said(app)


def test_a_page_asks_each_question_once_per_build(
    launch: Launch, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = launch(tokens["cmo"])
    asked: list[str] = []
    from swipesavvy.adapters.serving import Snapshot

    fetch = Snapshot._fetch
    monkeypatch.setattr(Snapshot, "_fetch", lambda self, *a: asked.append(a[0]) or fetch(self, *a))
    app.run()
    assert asked == []


def test_a_failing_module_leaves_its_neighbours(
    launch: Launch, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from streamlit_app.view_models import leaderboard

    def fail(*_: object) -> None:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr(leaderboard, "board", fail)
    app = launch(tokens["cmo"])
    assert not app.exception
    assert "The leaderboard cannot be shown right now" in said(app)
    assert "boom" not in said(app)
    assert ">3.21x <" in said(app)
