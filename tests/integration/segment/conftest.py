"""Fixtures: servers of a home, and the ways to reach one."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "api"))
sys.path.insert(0, str(Path(__file__).parents[1] / "client"))

from node_library import install_node_library
from server_process import ServerProcess, server_processes

from swipesavvy.domain.home import Home


@pytest.fixture
def start_server(home: Home) -> Iterator[Callable[..., ServerProcess]]:
    """Starts servers of this home that may be killed."""
    with server_processes(home) as start:
        yield start


@pytest.fixture(scope="module")
def node_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which Node finds Segment's library."""
    folder = tmp_path_factory.mktemp("node") / "segment"
    install_node_library(folder)
    return folder
