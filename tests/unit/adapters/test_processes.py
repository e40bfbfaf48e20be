"""A process is known by more than its number."""

import os
import subprocess
import sys

from swipesavvy.adapters.processes import is_running, process_identity


def test_we_run_and_a_finished_child_does_not() -> None:
    mine = process_identity()
    assert mine is not None
    assert is_running(mine)
    assert not is_running(mine.replace("@", "@1", 1))
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as child:
        identity = process_identity(child.pid)
        assert identity is not None
        assert is_running(identity)
    assert not is_running(identity)


def test_nonsense_is_not_running() -> None:
    assert not is_running("")
    assert not is_running("x@1@2")
    assert process_identity(os.getpid()) == process_identity()
