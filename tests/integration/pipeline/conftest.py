"""Small markets for tests of whole runs; makes `small_homes` importable."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from swipesavvy.domain.home import Home
from swipesavvy.simulation.market import market
from swipesavvy.simulation.spec import MarketSpec
from swipesavvy.simulation.writer import write

sys.path.insert(0, str(Path(__file__).parent))
ENDS_AT = datetime(2026, 6, 30, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def small_market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Landing files of a few weeks and a few hundred people."""
    home = Home(tmp_path_factory.mktemp("market"))
    write(market(MarketSpec(ENDS_AT, days=20, users=300, campaigns=6, history_days=60)), home)
    return home.landing
