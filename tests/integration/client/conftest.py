"""Fixtures: a scripted collector, and servers in processes of their own."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "api"))

from node_library import install_node_library
from scripted_collector import ScriptedCollector, scripted
from server_process import ServerProcess, server_processes

from swipesavvy.domain.home import Home


@pytest.fixture
def collector() -> Iterator[ScriptedCollector]:
    """A collector that answers as it is told."""
    with scripted() as server:
        yield server


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
