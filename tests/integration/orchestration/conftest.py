"""Dagster's definitions as they load, without running anything."""

from collections.abc import Iterator

import dagster as dg
import pytest

from dagster_project.definitions import build_definitions
from dagster_project.instance import working_instance
from swipesavvy.domain.home import Home


@pytest.fixture
def definitions(home: Home) -> dg.Definitions:
    """The definitions of an empty home."""
    return build_definitions(home)


@pytest.fixture
def instance(home: Home) -> Iterator[dg.DagsterInstance]:
    """The Dagster instance of an empty home."""
    with working_instance(home) as opened:
        yield opened
