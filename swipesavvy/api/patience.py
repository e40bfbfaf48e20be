"""One clock for all requests whose body is still arriving: a timer for each would cost more than reading bodies."""

import asyncio

_LONGEST_STEP = 1.0


class Patience:
    """Cancels tasks that have waited too long; of one event loop."""

    def __init__(self) -> None:
        self._since: dict[asyncio.Task[object], float] = {}
        self._given_up: set[asyncio.Task[object]] = set()
        self._is_ticking = False

    def begin(self, seconds: float) -> asyncio.Task[object] | None:
        """The current task starts to wait, for about so many seconds at most."""
        task: asyncio.Task[object] | None = asyncio.current_task()
        if task is not None:
            loop = task.get_loop()
            self._since[task] = loop.time()
            if not self._is_ticking:
                self._is_ticking = True
                self._tick(loop, seconds)
        return task

    def end(self, task: asyncio.Task[object] | None) -> bool:
        """The task waits no longer; whether that is because it was cancelled here."""
        if task is None:
            return False
        self._since.pop(task, None)
        if task not in self._given_up:
            return False
        self._given_up.discard(task)
        task.uncancel()
        return True

    def _tick(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        late = [task for task, since in self._since.items() if loop.time() - since >= seconds]
        for task in late:
            del self._since[task]
            self._given_up.add(task)
            task.cancel()
        self._is_ticking = bool(self._since)
        if self._is_ticking:
            loop.call_later(min(seconds, _LONGEST_STEP), self._tick, loop, seconds)
