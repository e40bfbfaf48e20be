"""Children live and die together."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from swipesavvy.adapters.processes import is_running, process_identity
from swipesavvy.commands.supervision import Child, Family, ServiceError, free_port, require_free_port
from swipesavvy.domain.errors import BusyError

SLEEPER = (sys.executable, "-c", "import time; time.sleep(60)")


def web_child(name: str) -> Child:
    port = free_port("127.0.0.1")
    command = (sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1")
    return Child(name, command, health=f"http://127.0.0.1:{port}/", health_body="Directory listing")


def test_a_busy_port_is_named_with_its_setting() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(BusyError, match=f"port {port} for the API.*SWIPESAVVY_API_PORT"):
            require_free_port("127.0.0.1", port, "the API", "SWIPESAVVY_API_PORT")
    require_free_port("127.0.0.1", free_port("127.0.0.1"), "the API", "SWIPESAVVY_API_PORT")


def test_one_signal_ends_all_children_and_restores_the_handlers(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    told: list[str] = []
    with Family(tmp_path) as children:
        second = Child("second", SLEEPER, needs="First part")
        assert children.start_all([second, web_child("First part")], 20, lambda child: told.append(child.name))
        assert [child.name for child, _ in children._running] == ["First part", "second"]
        identities = [process_identity(process.pid) for _, process in children._running]
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        children.wait_until_asked_to_end()
        assert children.stopping
    assert told == ["First part"]
    assert signal.getsignal(signal.SIGINT) is before
    assert all(identity is not None and not is_running(identity) for identity in identities)
    assert (tmp_path / "first-part.log").exists()


def test_a_child_that_ends_by_itself_is_told_with_its_last_words(tmp_path: Path) -> None:
    with Family(tmp_path) as children:
        children.start(Child("steady", SLEEPER))
        children.start(Child("brittle", (sys.executable, "-c", "raise SystemExit('no disk left')")))
        with pytest.raises(ServiceError, match=r"brittle ended with code 1: no disk left; see .*brittle\.log"):
            children.wait_until_asked_to_end()
        steady = children._running[0][1]
    assert steady.poll() is not None


def test_a_child_that_never_answers_is_named(tmp_path: Path) -> None:
    with Family(tmp_path) as children:
        mute = Child("mute", SLEEPER, health=f"tcp://127.0.0.1:{free_port('127.0.0.1')}")
        with pytest.raises(ServiceError, match="mute did not answer within 1 s"):
            children.start_all([mute], 1, lambda _: None)


def test_children_do_not_inherit_an_ignored_interrupt(tmp_path: Path) -> None:
    """A shell's `&` leaves SIGINT ignored; a child that inherits it could only be killed."""
    script = (
        "import sys; from pathlib import Path; from swipesavvy.commands.supervision import Child, Family\n"
        "with Family(Path(sys.argv[1])) as c:\n"
        "    c.start(Child('asks', (sys.executable, '-c', "
        "'import signal; print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN, flush=True); "
        "import time; time.sleep(60)')))\n"
        "    c.wait_until_asked_to_end()\n"
    )
    ignoring = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n{script}"
    with subprocess.Popen([sys.executable, "-c", ignoring, str(tmp_path)]) as parent:
        deadline = time.monotonic() + 20
        log = tmp_path / "asks.log"
        while not (log.exists() and log.read_text(encoding="utf-8")) and time.monotonic() < deadline:
            time.sleep(0.1)
        parent.send_signal(signal.SIGINT)
        assert parent.wait(20) == 0
    assert log.read_text(encoding="utf-8").strip() == "False"


def test_a_child_that_restarts_is_started_again_and_ends_with_the_others(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    # Ends twice, the second time with a failure, and then stays.
    program = (
        f"import pathlib, time; f = pathlib.Path({str(starts)!r}); n = len(f.read_text()) if f.exists() else 0;"
        "f.write_text('x' * (n + 1)); n < 2 and exit(n); time.sleep(60)"
    )
    with Family(tmp_path / "logs") as family:
        family.start(Child("worker", (sys.executable, "-c", program), restarts=True))
        deadline = time.monotonic() + 30
        while not (starts.exists() and len(starts.read_text()) == 3):
            assert time.monotonic() < deadline
            family._require_alive()
            time.sleep(0.05)
