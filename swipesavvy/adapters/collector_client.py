"""A client of the collector: sends events in batches and comes back when it is told to wait.

Sending a batch again is safe, because copies are recognised by their `event_id`. Not here: which events to send.
"""

import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

import httpx

from swipesavvy.domain.errors import BadInputError, BusyError, DeniedError

MOST_EVENTS = 100
EVENTS_PATH, HEALTH_PATH = "/api/analytics/events", "/health"
_PATIENCE = 120.0  # seconds of waiting for one batch before giving up
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 15.0
_RETRIED = frozenset({429, 502, 503, 504})
_DENIED = frozenset({401, 403})

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Receipt:
    """What the collector said about the events of one call."""

    accepted: int
    rejected: int
    retries: int


class CollectorClient:
    """Sends to one collector with one key. Use as a context manager, or call `close`."""

    def __init__(
        self,
        address: str,
        key: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        patience: float = _PATIENCE,
    ) -> None:
        """`address` is the API's base address; `patience` the seconds one batch may wait in all."""
        self._address = address.rstrip("/")
        self._sleep = sleep
        self._patience = patience
        self._http = httpx.Client(
            base_url=self._address, headers={"Authorization": f"Bearer {key}"}, timeout=20.0, trust_env=False
        )

    def __enter__(self) -> Self:
        """The client itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def check(self) -> None:
        """BusyError if nobody answers at the address."""
        try:
            self._http.get(HEALTH_PATH)
        except httpx.TransportError as error:
            raise self._silent(error) from None

    def send(self, events: Sequence[Mapping[str, Any]]) -> Receipt:
        """Send events in batches of at most 100, in order.

        DeniedError if the key is refused, BadInputError if the request itself is, BusyError when patience ends.
        """
        accepted = rejected = retries = 0
        for first in range(0, len(events), MOST_EVENTS):
            answer, again = self._send_batch([dict(event) for event in events[first : first + MOST_EVENTS]])
            accepted += int(answer["accepted"])
            rejected += int(answer["rejected"])
            retries += again
        return Receipt(accepted, rejected, retries)

    def _send_batch(self, batch: list[dict[str, Any]]) -> tuple[dict[str, Any], int]:
        waited, attempt = 0.0, 0
        while True:
            response, error = self._post(batch)
            if response is not None and response.status_code not in _RETRIED:
                return self._answer(response), attempt
            pause = self._pause(response, attempt)
            if waited + pause > self._patience:
                raise self._silent(error) if response is None else self._busy(response)
            logger.info("the collector asks to wait %.1f seconds", pause)
            self._sleep(pause)
            waited += pause
            attempt += 1

    def _post(self, batch: list[dict[str, Any]]) -> tuple[httpx.Response | None, Exception | None]:
        try:
            return self._http.post(EVENTS_PATH, json=batch), None
        except httpx.TransportError as error:
            return None, error

    def _pause(self, response: httpx.Response | None, attempt: int) -> float:
        """What the collector asks for, or twice as long each time, less a random part so that clients spread."""
        asked = _retry_after(response.headers.get("retry-after")) if response is not None else None
        if asked is not None:
            return asked
        longest = min(_FIRST_PAUSE * 2.0**attempt, _LONGEST_PAUSE)
        return longest * (0.5 + random.random() / 2)  # noqa: S311 - spreads load, guards nothing

    def _answer(self, response: httpx.Response) -> dict[str, Any]:
        if response.status_code in _DENIED:
            raise DeniedError(
                f"the collector at {self._address} refuses the key; `key add NAME --scope collect` makes one"
            )
        if not response.is_success:
            raise BadInputError(
                f"the collector at {self._address} answered {response.status_code}: {response.text[:200]}"
            )
        answer: dict[str, Any] = response.json()
        return answer

    def _silent(self, error: Exception | None) -> BusyError:
        return BusyError(f"the collector at {self._address} does not answer ({error}); `serve api` starts it")

    def _busy(self, response: httpx.Response) -> BusyError:
        return BusyError(f"the collector at {self._address} keeps answering {response.status_code}; try again later")


def _retry_after(value: str | None) -> float | None:
    """Seconds asked for, in either spelling of the header; None if there is none or it cannot be read."""
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        return max((parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None
