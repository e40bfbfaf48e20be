"""A published home that tests only read, built once, and one of their own for tests that publish again."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from published.home import publish
from published.people import add_people

from swipesavvy.domain.home import Home
from swipesavvy.domain.roles import Role


@pytest.fixture(scope="session")
def published_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with one snapshot; not to be written to."""
    home = Home(tmp_path_factory.mktemp("published"))
    publish(home)
    return home


@pytest.fixture(scope="session")
def tokens(published_home: Home) -> dict[str, str]:
    """A session of a person of every role, by the role's name."""
    return add_people(published_home, *Role)
