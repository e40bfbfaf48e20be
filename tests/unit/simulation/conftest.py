"""A market shared by the tests of one process: simulating is cheap, but not free."""

from datetime import UTC, datetime

import pytest

from swipesavvy.simulation.market import Market, market
from swipesavvy.simulation.spec import MarketSpec


@pytest.fixture(scope="session")
def small() -> Market:
    """A small market with everything in it."""
    return market(MarketSpec(datetime(2026, 6, 30, tzinfo=UTC), days=40, users=600, campaigns=6, seed=5))
