"""Child processes that live and die together: started with their logs, watched, ended by one Ctrl-C or SIGTERM.

Which children there are belongs to `serving`.
"""

import logging
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from swipesavvy.domain.errors import BusyError, SwipeSavvyError

GRACE_SECONDS = 20.0
POLL_SECONDS = 0.25
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0
log = logging.getLogger(__name__)


class ServiceError(SwipeSavvyError):
    """A served part ended by itself or never answered; the text names its log."""


@dataclass(frozen=True)
class Child:
    """One process to run.

    `health` answers once it is ready: `http://...` with status 200 and `health_body`, `tcp://host:port` by listening;
    None means that there is nothing to ask. It starts after the child named by `needs` answers. One that `restarts` is
    started again whenever it ends, at once after code 0, else after a growing pause; any other one must not end.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    address: str | None = None
    health: str | None = None
    health_body: str = ""
    folder: Path | None = None
    needs: str | None = None
    restarts: bool = False


def require_free_port(host: str, port: int, what: str, setting: str) -> None:
    """Refuse a port somebody else listens on, before anything is started.

    Raises:
        BusyError: the text names the port and the setting that moves it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = error.strerror or str(error)
            message = f"port {port} for {what}: {reason}; end what uses it or choose another {setting}"
            raise BusyError(message) from None


def free_port(host: str) -> int:
    """A port nobody listens on now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


class Family:
    """The running children. Leaving the `with` block ends all of them, whatever happened inside."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: list[tuple[Child, subprocess.Popen[bytes]]] = []
        self._stopping = False
        self._pauses: dict[str, float] = {}
        self._due: list[tuple[float, Child]] = []

    def __enter__(self) -> "Family":
        # Also undoes an ignored SIGINT inherited from a shell's `&`, which children would inherit in turn.
        self._previous = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *_: object) -> None:
        for number in self._previous:
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave children behind
        self._end_all()
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    @property
    def stopping(self) -> bool:
        """Whether somebody has asked to end."""
        return self._stopping

    def start(self, child: Child) -> None:
        """Start a child in a session of its own, so that the terminal's Ctrl-C reaches only this process."""
        self._logs.mkdir(parents=True, exist_ok=True)
        with self._log(child).open("ab") as log:
            process = subprocess.Popen(  # noqa: S603  our own commands, no shell
                child.command,
                cwd=child.folder,
                env={**os.environ, **child.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._running.append((child, process))

    def start_all(self, children: Sequence[Child], timeout_seconds: float, ready: Callable[[Child], None]) -> bool:
        """Start every child once the one it `needs` answers, and wait until all answer, telling `ready` of each.

        Returns False if somebody asked to end meanwhile.

        Raises:
            ServiceError: a child ended or did not answer in time; the text names its log.
        """
        deadline = time.monotonic() + timeout_seconds
        answering: set[str] = set()
        to_start = list(children)
        waiting: list[Child] = []
        while (to_start or waiting) and not self._stopping:
            for child in [c for c in to_start if c.needs is None or c.needs in answering]:
                to_start.remove(child)
                self.start(child)
                waiting += [child] if child.health else []
            self._require_alive()
            for child in [c for c in waiting if _answers(c)]:
                waiting.remove(child)
                answering.add(child.name)
                ready(child)
            if waiting and time.monotonic() > deadline:
                name, log = waiting[0].name, self._log(waiting[0])
                message = f"{name} did not answer within {timeout_seconds:.0f} s; see {log}"
                raise ServiceError(message)
            time.sleep(POLL_SECONDS)
        return not self._stopping

    def wait_until_asked_to_end(self) -> None:
        """Watch the children until Ctrl-C or SIGTERM.

        Raises:
            ServiceError: a child ended by itself.
        """
        while not self._stopping:
            self._require_alive()
            time.sleep(POLL_SECONDS)

    def _require_alive(self) -> None:
        for child, process in list(self._running):
            code = process.poll()
            if code is None or self._stopping:
                continue
            if child.restarts:
                self._running.remove((child, process))
                self._start_again(child, code)
            else:
                message = f"{child.name} ended with code {code}: {self._last_line(child)}; see {self._log(child)}"
                raise ServiceError(message)

        for at, child in [due for due in self._due if due[0] <= time.monotonic()]:
            self._due.remove((at, child))
            self.start(child)

    def _start_again(self, child: Child, code: int) -> None:
        pause = self._pauses.get(child.name, FIRST_PAUSE_SECONDS) if code else 0.0
        self._pauses[child.name] = min(2 * pause, LONGEST_PAUSE_SECONDS) if code else FIRST_PAUSE_SECONDS
        self._due.append((time.monotonic() + pause, child))
        if code:
            log.warning(
                "%s ended with code %d and starts again in %.0f s: %s", child.name, code, pause, self._log(child)
            )

    def _end_all(self) -> None:
        for _, process in reversed(self._running):
            _signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        for _, process in self._running:
            try:
                process.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                _signal_group(process, signal.SIGKILL)
                process.wait()
        self._running.clear()

    def _log(self, child: Child) -> Path:
        return self._logs / f"{child.name.lower().replace(' ', '-')}.log"

    def _last_line(self, child: Child) -> str:
        lines = self._log(child).read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1].strip() if lines else "it wrote nothing"


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Reach the child and whatever it started itself."""
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


def _answers(child: Child) -> bool:
    address = urlsplit(str(child.health))
    try:
        if address.scheme == "tcp":
            with socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=2):
                return True
        with urllib.request.urlopen(address.geturl(), timeout=2) as response:  # noqa: S310  a loopback address of ours
            return response.status == HTTPStatus.OK and child.health_body in response.read().decode(errors="replace")
    except (urllib.error.URLError, OSError, ValueError):
        return False
