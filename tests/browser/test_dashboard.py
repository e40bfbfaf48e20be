"""The dashboard as people use it: a real server, a real browser, no outside request, no error in the console."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from published.home import AS_OF, campaign_id, publish
from published.people import PASSWORD

from swipesavvy.domain.home import Home

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 60_000
LATER = "20261122T100500Z-0badcafe"


class Watched:
    """A browser window whose every request and complaint is remembered; `open` shows a page in it."""

    def __init__(self, browser: Any, address: str, **options: Any) -> None:
        self.address, self.wrong = address, []
        self.context = browser.new_context(base_url=address, **options)
        self.context.on("request", self._asked)
        self.page = self.context.new_page()
        self.page.set_default_timeout(SLOW)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))

    def open(self, path: str = "/", *, width: int = 1920, height: int = 1080) -> Any:
        """A path of the dashboard in a window of that size."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.goto(path)
        return self.page

    def enter(self, path: str = "/", **size: int) -> Any:
        """The same, signed in and filled with numbers."""
        page = self.open(path, **size)
        if "/sign-in" in page.url:
            page.fill("#name", "cmo")
            page.fill("#password", PASSWORD)
            page.click("button[type=submit]")
        page.wait_for_selector(".kpi-value")
        page.wait_for_selector("#board tbody tr")
        return page

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.wrong.append(f"asked {request.url}")

    def _said(self, said: Any) -> None:
        # Below the first page Streamlit looks for its own root by asking until it finds it; that is no failure of ours.
        is_probe = "/_stcore/" in said.location.get("url", "")
        if said.type == "error" and not is_probe:
            self.wrong.append(said.text)


@pytest.fixture(scope="module")
def shared(chromium: Any, dashboard: str) -> Iterator[Watched]:
    """One window for all tests that only look: its cache makes the second page ten times as fast as the first."""
    window = Watched(chromium, dashboard)
    yield window
    window.context.close()


@pytest.fixture
def window(shared: Watched) -> Iterator[Watched]:
    """The shared window; nothing may be asked of another host, nor fail."""
    shared.wrong.clear()
    yield shared
    assert shared.wrong == []


@pytest.fixture
def stranger(chromium: Any, dashboard: str) -> Iterator[Watched]:
    """A window nobody has signed in with."""
    window = Watched(chromium, dashboard)
    yield window
    window.context.close()
    assert window.wrong == []


def test_five_tiles_and_the_leaderboard_fill_the_first_screen(window: Watched, tmp_path: Path) -> None:
    page = window.enter()
    page.wait_for_selector("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg")
    values = [text.split()[0] for text in page.locator(".kpi-value").all_inner_texts()]
    assert values == ["3.21x", "42.0%", "$14.20", "$412.00", "31.2%"]
    assert page.locator("#board tbody tr").count() == 25
    assert page.title()
    for tile in page.locator(".kpi-sentence").all():
        box = tile.bounding_box()
        assert box["y"] + box["height"] < 400
    shot = tmp_path / "overview.png"
    page.screenshot(path=shot)
    assert shot.stat().st_size > 50_000
    page.locator("#board button.step", has_text="Next").click()
    page.locator("#board [role=status]", has_text="26–30 of 30").wait_for()
    assert "page=2" in page.url


def test_sort_and_filter_survive_a_reload(window: Watched) -> None:
    page = window.enter("/?window=7d")
    page.locator(".kpi-scope", has_text="last 7 days").first.wait_for()
    page.locator("#board thead button", has_text="CTR").click()
    page.wait_for_url("**sort=ctr**")
    page.locator("th[aria-sort=descending]", has_text="CTR").wait_for()
    page.locator("#board thead button", has_text="CTR").click()
    page.locator("th[aria-sort=ascending]", has_text="CTR").wait_for()
    page.get_by_placeholder("Search campaigns").fill("campaign 1")
    page.get_by_placeholder("Search campaigns").press("Enter")
    page.locator("#board [role=status]", has_text="1–10 of 10").wait_for()
    page.reload()
    page.locator("th[aria-sort=ascending]", has_text="CTR").wait_for()
    page.locator("#board [role=status]", has_text="1–10 of 10 (30 in all)").wait_for()
    assert page.locator("#board button.name").first.inner_text() == "Campaign 10"
    assert {"window=7d", "sort=ctr", "order=reversed", "q=campaign+1"} <= set(page.url.split("?")[1].split("&"))


def test_a_campaign_opens_beside_the_table_and_a_card_behind_a_tile(window: Watched) -> None:
    page = window.enter()
    page.locator("#board button.name", has_text="Campaign 01").click()
    page.get_by_role("heading", name="Campaign 01").wait_for()
    assert f"campaign={campaign_id(1)}" in page.url
    page.locator("#board tr[aria-current=true]").wait_for()
    focused = page.evaluate(
        "() => { let e = document.activeElement; while (e && e.shadowRoot) e = e.shadowRoot.activeElement;"
        " return e && e.textContent }"
    )
    assert focused == "Campaign 01"
    page.locator("[class*=st-key-about-roas] button:visible").first.click()
    page.locator(".about dt", has_text="Formula").wait_for()
    assert "20261121T100500Z-0badcafe" in page.locator(".about").inner_text()


@pytest.mark.parametrize(("width", "columns"), [(1920, 5), (768, 2), (375, 1)])
def test_it_fits_every_screen(window: Watched, width: int, columns: int) -> None:
    page = window.enter(width=width, height=1000)
    tops = [round(tile.bounding_box()["y"]) for tile in page.locator("[class*=st-key-tile-]").all()]
    assert len(tops) == 5
    assert tops.count(tops[0]) == columns
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_dark_and_light_follow_the_reader(window: Watched) -> None:
    for scheme, ground in (("dark", "rgb(17, 21, 27)"), ("light", "rgb(246, 247, 249)")):
        window.page.emulate_media(color_scheme=scheme)
        page = window.enter()
        assert page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor") == ground


def test_a_deep_link_goes_through_sign_in_and_comes_back(stranger: Watched) -> None:
    page = stranger.open("/metrics")
    page.get_by_role("heading", name="Sign in").wait_for()
    assert page.locator(".kpi-value, table").count() == 0
    page.fill("#name", "cmo")
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")
    page.get_by_role("heading", name="What does each number mean?").wait_for()
    assert page.url.endswith("/metrics")


@pytest.mark.parametrize("width", [1920, 768, 375])
@pytest.mark.parametrize(
    ("path", "question"),
    [
        ("/quality", "Can these numbers be trusted?"),
        ("/anomalies", "What was unusual lately?"),
        ("/tracking-plan", "Which events do we send, and what do they hold?"),
    ],
)
def test_other_pages_fit_and_hostile_names_stay_text(window: Watched, path: str, question: str, width: int) -> None:
    window.enter("/")
    page = window.open(path, width=width)
    page.get_by_role("heading", name=question).wait_for()
    page.locator("[data-testid=stDataFrame]").first.wait_for(state="attached")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # Were a name taken for markup, the picture it names would be asked for, which the window complains about.
    assert page.locator("img[src=x]").count() == 0


def test_signing_out_ends_it(stranger: Watched) -> None:
    page = stranger.enter()
    page.locator(".st-key-account button:visible").first.click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="You are signed out").wait_for()
    page.reload()
    page.locator("h1", has_text="Sign in").wait_for()


def test_a_newer_build_appears_by_itself(window: Watched, browser_home: Home) -> None:
    page = window.enter("/?sort=ctr")
    pointer = browser_home.current_pointer.read_text(encoding="utf-8")
    try:
        publish(browser_home, LATER, AS_OF + timedelta(days=1), scale=2.0)
        page.locator(".kpi-value", has_text="6.42x").wait_for()
        assert LATER in page.locator(".freshness").inner_text()
        assert "sort=ctr" in page.url
    finally:
        browser_home.current_pointer.write_text(pointer, encoding="utf-8")
