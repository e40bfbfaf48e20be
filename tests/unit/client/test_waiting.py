import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from swipesavvy.client.waiting import DiskQueue, MemoryQueue, Waiting
from swipesavvy.domain.errors import BadInputError, BusyError

LINES = [b'{"n":%d}' % number for number in range(25)]


def drained(queue: Waiting, most: int = 4) -> list[bytes]:
    found: list[bytes] = []
    while batch := queue.first(most, 1_000):
        found += batch
        queue.done(len(batch))
    return found


@pytest.mark.parametrize("segment_bytes", [1, 30, 1_000_000])
def test_what_goes_in_comes_out_in_order_from_memory_and_disk(tmp_path: Path, segment_bytes: int) -> None:
    for queue in (MemoryQueue(100), DiskQueue(tmp_path / "q", 10_000, segment_bytes)):
        for line in LINES[:20]:
            queue.put(line)
        head = queue.first(3, 1_000)
        assert LINES[: len(head)] == head
        queue.done(1)
        assert len(queue) == 19
        for line in LINES[20:]:
            queue.put(line)
        assert drained(queue) == LINES[1:]
        assert len(queue) == 0
        queue.put(LINES[0])
        assert drained(queue) == LINES[:1]
        queue.close()
    assert [path.name for path in (tmp_path / "q").iterdir()] == ["lock"]


def test_a_batch_is_limited_in_bytes_but_never_empty() -> None:
    queue = MemoryQueue(9)
    for line in (b"a" * 50, b"b" * 5, b"c" * 5, b"d" * 50):
        queue.put(line)
    assert len(queue.first(9, 10)) == 1
    queue.done(1)
    assert queue.first(9, 12) == [b"b" * 5, b"c" * 5]


def test_a_full_queue_says_so_and_keeps_what_it_has(tmp_path: Path) -> None:
    memory = MemoryQueue(1)
    memory.put(b"1")
    with pytest.raises(BusyError, match="1 events wait"):
        memory.put(b"2")
    disk = DiskQueue(tmp_path, 20)
    for line in LINES[:2]:
        disk.put(line)
    with pytest.raises(BusyError, match="fill its 20 bytes"):
        disk.put(LINES[2])
    assert drained(disk) == LINES[:2]
    disk.put(LINES[2])
    disk.close()


def test_the_next_process_finds_what_was_left_even_after_a_kill(tmp_path: Path) -> None:
    writes = (
        "import os,sys; from pathlib import Path; from swipesavvy.client.waiting import DiskQueue\n"
        "queue = DiskQueue(Path(sys.argv[1]), 10_000, 40)\n"
        "[queue.put(b'{\"n\":%d}' % n) for n in range(25)]\n"
        "queue.first(3, 1000); queue.done(3); queue.first(3, 1000); queue.done(2)\n"
        "os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", writes, str(tmp_path)], check=False).returncode == -9
    queue = DiskQueue(tmp_path, 10_000)
    queue.put(b'{"n":25}')
    # Five went as one whole file; of a file partly done, all come again.
    assert drained(queue) == [*LINES[5:], b'{"n":25}']
    queue.close()


def test_lines_in_pieces_are_left_out_and_the_others_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "000000000007.jsonl").write_bytes(b'{"n":1}\n\0\0\0\n{"n":2}\n{"n":')
    queue = DiskQueue(tmp_path, 10_000)
    assert "2 lines in pieces" in caplog.text
    queue.put(b'{"n":3}')
    assert drained(queue) == [b'{"n":1}', b'{"n":2}', b'{"n":3}']
    queue.close()


def test_one_process_at_a_time(tmp_path: Path) -> None:
    queue = DiskQueue(tmp_path, 100)
    with pytest.raises(BusyError, match="in use by another client"):
        DiskQueue(tmp_path, 100)
    queue.close()
    DiskQueue(tmp_path, 100).close()
    with (tmp_path / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BusyError):
            DiskQueue(tmp_path, 100)


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadInputError, match="choose another queue_dir"):
        DiskQueue(tmp_path / "file", 100)


def test_a_full_disk_takes_no_half_event(tmp_path: Path) -> None:
    queue = DiskQueue(tmp_path, 10_000)
    queue.put(LINES[0])
    pid = os.fork()
    if pid == 0:  # pragma: no cover - in a process of its own, because the limit cannot be lifted again
        os._exit(_full_disk(queue))
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    queue.close()
    again = DiskQueue(tmp_path, 10_000)
    assert drained(again) == [LINES[0], LINES[2]]
    again.close()


def _full_disk(queue: DiskQueue) -> int:
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (12, resource.RLIM_INFINITY))
    try:
        queue.put(LINES[11])
    except BusyError as error:
        if "takes no event (No space left" not in str(error):
            return 2
    else:
        return 1
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    queue.put(LINES[2])
    return 0
