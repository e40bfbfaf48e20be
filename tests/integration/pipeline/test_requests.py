"""What `run` answers when it cannot do what was asked: one line, nothing changed."""

from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from swipesavvy.adapters.warehouse import warehouse_lock
from swipesavvy.cli import app
from swipesavvy.commands.run import refresh_home
from swipesavvy.domain.errors import BadInputError, NotBuiltYetError, UsageError
from swipesavvy.domain.home import Home


def test_an_empty_home_says_what_to_do_first(home: Home) -> None:
    with pytest.raises(BadInputError, match=r"nothing has landed; run `swipesavvy simulate` or `swipesavvy import`"):
        refresh_home(home)
    assert list(home.root.iterdir()) == []


def test_files_without_one_valid_event_are_nothing_to_build(home: Home) -> None:
    home.landing_events.mkdir(parents=True)
    (home.landing_events / "a.jsonl").write_text("{ broken\n", encoding="utf-8")
    with pytest.raises(NotBuiltYetError, match="no valid customer event or order has landed"):
        refresh_home(home)
    assert not home.serving.exists()


@pytest.mark.parametrize(
    ("arguments", "error"), [(["--select", "yearly"], UsageError), (["--as-of", "soon"], BadInputError)]
)
def test_a_wrong_request_is_refused_before_anything_is_touched(
    home: Home, arguments: list[str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        CliRunner().invoke(app, ["run", *arguments, "--home", str(home.root)], catch_exceptions=False)
    assert list(home.root.iterdir()) == []


def test_the_lock_is_given_back_after_a_failure(home: Home) -> None:
    home.landing_events.mkdir(parents=True)
    (home.landing_events / "a.jsonl").write_text("{ broken\n", encoding="utf-8")
    with pytest.raises(NotBuiltYetError):
        refresh_home(home)
    with warehouse_lock(home, "test", datetime.now(UTC)):
        pass
