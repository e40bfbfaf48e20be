import errno
import os
import subprocess
import sys
from concurrent.futures import Future, wait
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from swipesavvy.adapters import landing_log
from swipesavvy.adapters.landing_log import LandingLog
from swipesavvy.domain.errors import BusyError

HOUR = datetime(2026, 11, 21, 4, 59, tzinfo=UTC)


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.iterdir())}


def test_lines_of_many_threads_arrive_whole_and_once(tmp_path: Path) -> None:
    log = LandingLog(tmp_path / "events", lambda: HOUR)
    futures: list[Future[None]] = []

    def send(thread: int) -> None:
        futures.extend(log.append(f"{thread}-{number}-{'x' * 500}\n".encode()) for number in range(100))

    threads = [Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait(futures, timeout=20)
    assert all(future.exception() is None for future in futures)
    log.close()
    (text,) = texts(tmp_path / "events").values()
    lines = text.splitlines()
    assert len(lines) == len(set(lines)) == 800
    assert all(line.endswith("x" * 500) for line in lines)


def test_each_hour_has_its_own_file(tmp_path: Path) -> None:
    now = HOUR
    log = LandingLog(tmp_path, lambda: now)
    log.append(b"one\n").result(5)
    now += timedelta(minutes=2)
    log.append(b"two\n").result(5)
    log.close()
    pid = os.getpid()
    assert texts(tmp_path) == {
        f"collector-20261121T04-{pid}.jsonl": "one\n",
        f"collector-20261121T05-{pid}.jsonl": "two\n",
    }


def test_what_an_earlier_process_left_is_never_touched(tmp_path: Path) -> None:
    torn = tmp_path / f"collector-20261121T04-{os.getpid()}.jsonl"
    torn.write_text('{"whole": 1}\n{"torn": ')
    log = LandingLog(tmp_path, lambda: HOUR)
    log.append(b"new\n").result(5)
    log.close()
    assert torn.read_text() == '{"whole": 1}\n{"torn": '
    assert (tmp_path / f"collector-20261121T04-{os.getpid()}-2.jsonl").read_text() == "new\n"


def test_a_file_deleted_under_the_log_takes_no_event_along(tmp_path: Path) -> None:
    log = LandingLog(tmp_path, lambda: HOUR)
    log.append(b"one\n").result(5)
    (path,) = tmp_path.iterdir()
    path.unlink()
    log.append(b"two\n").result(5)
    log.close()
    assert "two\n" in "".join(texts(tmp_path).values())


def test_a_failed_sync_refuses_its_group_and_starts_a_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = LandingLog(tmp_path, lambda: HOUR)
    log.append(b"one\n").result(5)
    with monkeypatch.context() as patched:

        def full(_: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        patched.setattr(landing_log.os, "fdatasync", full)
        with pytest.raises(OSError, match="No space left"):
            log.append(b"two\n").result(5)
        assert log.last_error == "No space left on device (errno 28)"
    log.append(b"three\n").result(5)
    assert log.last_error is None
    log.close()
    assert len(texts(tmp_path)) == 2
    assert "three\n" in texts(tmp_path).values()


def test_too_much_waiting_is_refused_at_once_and_close_writes_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    released, entered = Event(), Event()
    real_sync = os.fdatasync

    def slow(file: int) -> None:
        entered.set()
        released.wait(10)
        real_sync(file)

    monkeypatch.setattr(landing_log.os, "fdatasync", slow)
    log = LandingLog(tmp_path, lambda: HOUR, most_waiting=10)
    first = log.append(b"first\n")
    assert entered.wait(5)
    second = log.append(b"second\n")
    with pytest.raises(BusyError, match="does not keep up"):
        log.append(b"third\n")
    assert not first.done()
    released.set()
    log.close()
    assert first.done()
    assert second.done()
    with pytest.raises(BusyError, match="stopping"):
        log.append(b"late\n")
    assert "".join(texts(tmp_path).values()) == "first\nsecond\n"


def test_a_disk_that_is_really_full_fails_the_future(tmp_path: Path) -> None:
    """In a process of its own: the limit on file size is the operating system's."""
    script = (
        "import resource, signal, sys\n"
        "from datetime import datetime, UTC\nfrom pathlib import Path\n"
        "from swipesavvy.adapters.landing_log import LandingLog\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "log = LandingLog(Path(sys.argv[1]), lambda: datetime.now(UTC))\n"
        "log.append(b'x' * 60 + b'\\n').result(5)\n"
        "error = log.append(b'y' * 60 + b'\\n').exception(5)\n"
        "log.append(b'z' * 60 + b'\\n').result(5)\n"
        "log.close()\nprint(type(error).__name__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.stdout == "OSError\n", done.stderr
    lines = "".join(texts(tmp_path).values())
    assert "x" * 60 + "\n" in lines
    assert "z" * 60 + "\n" in lines
