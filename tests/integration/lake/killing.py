"""Starting the program `dying`, and everything a lake says afterwards."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from landed import Content, content, rows

from swipesavvy.adapters.lake import open_lake
from swipesavvy.adapters.lake.manifest import Manifest
from swipesavvy.domain.home import Home


@dataclass(frozen=True)
class State:
    """Everything a lake says, however it came to say it."""

    content: Content
    users: list[tuple[object, ...]]
    ids: int
    backfills: list[tuple[object, ...]]


def state(home: Home) -> State:
    manifest = Manifest(home.lake / "manifest.db")
    return State(
        content(home),
        rows(open_lake(home).files()["users"]),
        sum(file.row_count for file in manifest.files("ids")),
        [(found.landing_file, found.through_line, found.reason) for found in manifest.backfills()],
    )


@dataclass(frozen=True)
class Ended:
    """How a process ended: by a signal, with so many steps done, or with an expected error."""

    was_killed: bool
    steps: int
    error: str


Work = Callable[..., Ended]


@contextmanager
def program() -> Iterator[Work]:
    """A way to run an operation in a process of its own, under the circumstances that `dying.Request` describes."""
    command = [sys.executable, str(Path(__file__).with_name("dying.py"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        into, out = process.stdin, process.stdout

        def work(home: Home, operation: str, step: int = 0, **circumstances: object) -> Ended:
            request = {"home": str(home.root), "operation": operation, "step": step}
            into.write(json.dumps(request | circumstances) + "\n")
            into.flush()
            ended = json.loads(out.readline())
            assert ended["code"] in {0, -signal.SIGKILL}, ended
            return Ended(ended["code"] != 0, ended["steps"], ended["error"])

        yield work
        into.close()
