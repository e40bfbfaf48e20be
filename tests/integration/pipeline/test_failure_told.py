"""A refresh that fails is told, whoever started it; one nobody asked for now, or that has nothing to do, is not."""

from datetime import UTC, datetime

import pytest

from dagster_project.runs import Pipeline
from swipesavvy.adapters.alerting import open_alerting
from swipesavvy.domain.errors import BuildError, BusyError, NotBuiltYetError, SwipeSavvyError
from swipesavvy.domain.home import Home
from swipesavvy.settings import Settings

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Failing(Pipeline):
    """A pipeline whose refresh always ends like this."""

    def __init__(self, home: Home, error: SwipeSavvyError) -> None:
        super().__init__(home)
        self._error = error

    def _refresh(self, tier: str, as_of: str | None, now: datetime) -> tuple[str, bool]:  # noqa: ARG002
        raise self._error


@pytest.mark.parametrize(
    ("error", "as_of", "told"),
    [
        (BuildError("test assert_x found 3 rows"), None, ["test assert_x found 3 rows"]),
        (BuildError("test assert_x found 3 rows"), "2026-11-20", []),
        (NotBuiltYetError("nothing to build"), None, []),
        (BusyError("somebody builds"), None, []),
    ],
)
def test_what_is_told_of_a_failure(home: Home, error: SwipeSavvyError, as_of: str | None, told: list[str]) -> None:
    with pytest.raises(type(error), match=str(error)):
        Failing(home, error).refresh("realtime", as_of, NOW)
    with open_alerting(Settings(home=home.root)) as alerting:
        assert [alert.says for alert in alerting.list_open()] == told


def test_a_broken_store_hides_no_failure(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    home.ops_file.write_bytes(b"this is no database" * 100)
    with pytest.raises(BuildError, match="the true reason"):
        Failing(home, BuildError("the true reason")).refresh("realtime", None, NOW)
    assert "alerts could not be looked after" in caplog.text
