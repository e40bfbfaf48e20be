from datetime import UTC, datetime

import pytest

from swipesavvy.application.health import check_health
from swipesavvy.domain.errors import BusyError
from swipesavvy.domain.health import Part

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_a_part_that_fails_says_so_and_spares_its_neighbours(caplog: pytest.LogCaptureFixture) -> None:
    def busy(_: datetime) -> Part:
        raise BusyError("the store is busy")

    def broken(_: datetime) -> Part:
        raise RuntimeError("secret path")

    report = check_health([("a", busy), ("b", broken), ("c", lambda _: Part("c", "ok", "fine"))], NOW)
    assert report.status == "degraded"
    assert [(part.name, part.state) for part in report.parts] == [("a", "bad"), ("b", "bad"), ("c", "ok")]
    assert report.parts[0].says == "the store is busy"
    assert "secret path" not in report.parts[1].says
    assert "secret path" in caplog.text
