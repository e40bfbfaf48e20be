import os
from datetime import UTC, datetime

import pytest

from swipesavvy.adapters.health import HomeProbes
from swipesavvy.domain.home import Home

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_a_home_that_does_not_exist_yet_is_made(home: Home) -> None:
    home.root.rmdir()
    assert HomeProbes(home).folder(NOW).state == "ok"
    assert home.root.is_dir()


def test_a_home_that_cannot_be_written_is_bad(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert HomeProbes(home).folder(NOW).state == "bad"


def test_a_pointer_to_a_snapshot_that_is_gone_is_nothing_published(home: Home) -> None:
    home.serving.mkdir()
    home.current_pointer.write_text("20261121T040000Z-12345678\n")
    assert HomeProbes(home).published(NOW).state == "empty"
