"""One request to the collector and what its answer means for the events in it.

Belongs here: HTTP on the standard library, and the reading of answers. Not here: when to try again, or what waits.
"""

import http.client
import json
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from swipesavvy.domain.errors import UsageError

EVENTS_PATH = "/api/analytics/events"
_LONGEST_WAIT = 300.0
_TOO_MUCH = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY})
_DENIED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


class Outcome(Enum):
    """What became of a request."""

    TAKEN = "taken"
    SMALLER = "smaller"  # the request is refused for its contents; smaller ones may pass
    LATER = "later"  # nobody there, too busy, or something else than a collector
    DENIED = "denied"  # the key is refused


@dataclass(frozen=True)
class Answer:
    """The outcome, the verdicts of a taken request (one a event, in order), and otherwise the trouble in words."""

    outcome: Outcome
    results: tuple[dict[str, Any], ...] = ()
    says: str = ""
    retry_after: float | None = None


class Poster:
    """A connection to one collector, kept open between requests. For one thread at a time."""

    def __init__(self, address: str, key: str, timeout: float) -> None:
        """`address` is the base address, `https://host[:port][/prefix]`; UsageError if it is none."""
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UsageError(f"{address!r} is no address of a collector; write http://host:port or https://host")
        self.address = address.rstrip("/")
        self._key, self._timeout = key, timeout
        self._path = parts.path.rstrip("/") + EVENTS_PATH
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._connection: http.client.HTTPConnection = (
            http.client.HTTPSConnection(
                parts.hostname, parts.port, timeout=timeout, context=ssl.create_default_context()
            )
            if parts.scheme == "https"
            else http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
        )

    def twin(self) -> "Poster":
        """Another connection to the same collector, for another thread."""
        return Poster(self.address, self._key, self._timeout)

    def post(self, lines: list[bytes]) -> Answer:
        """Send encoded events; never raises for anything the network or the other side does."""
        body = b"[" + b",".join(lines) + b"]"
        try:
            response, content = self._exchange(body)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            reason = str(error) or type(error).__name__
            return Answer(Outcome.LATER, says=f"the collector at {self.address} does not answer ({reason})")
        return self._read(response, content, len(lines))

    def close(self) -> None:
        """Close the connection; the next request opens it again."""
        self._connection.close()

    def _exchange(self, body: bytes) -> tuple[http.client.HTTPResponse, bytes]:
        is_reused = self._connection.sock is not None
        try:
            return self._request(body)
        except (ConnectionError, http.client.BadStatusLine):
            # The other side closes connections that were idle for a while; only a fresh one tells whether it is there.
            self.close()
            if not is_reused:
                raise
        return self._request(body)

    def _request(self, body: bytes) -> tuple[http.client.HTTPResponse, bytes]:
        self._connection.request("POST", self._path, body, self._headers)
        response = self._connection.getresponse()
        return response, response.read()

    def _read(self, response: http.client.HTTPResponse, content: bytes, count: int) -> Answer:
        status = response.status
        says = f"the collector at {self.address} answers {status}: {_error_in(content)}"
        if status in _DENIED:
            return Answer(Outcome.DENIED, says=f"{says}; `key add NAME --scope collect` makes a key")
        if status in _TOO_MUCH:
            return Answer(Outcome.SMALLER, says=says)
        if status != HTTPStatus.OK:
            return Answer(Outcome.LATER, says=says, retry_after=_seconds(response.getheader("retry-after")))
        results = _results_in(content)
        if results is None or len(results) != count:
            # A proxy's page, say: 200 alone proves nothing.
            return Answer(Outcome.LATER, says=f"{self.address} answers, but not as a collector; check the address")
        return Answer(Outcome.TAKEN, results)


def _results_in(content: bytes) -> tuple[dict[str, Any], ...] | None:
    try:
        results = json.loads(content)["results"]
    except (ValueError, KeyError, TypeError):
        return None
    is_right = isinstance(results, list) and all(isinstance(result, dict) for result in results)
    return tuple(results) if is_right else None


def _error_in(content: bytes) -> str:
    try:
        return str(json.loads(content)["error"])[:300]
    except (ValueError, KeyError, TypeError):
        return content[:100].decode("utf-8", "replace") or "nothing"


def _seconds(header: str | None) -> float | None:
    """Seconds asked for, in either spelling of the header, five minutes at most; None if it cannot be read."""
    if header is None:
        return None
    if header.strip().isdigit():
        return min(float(header), _LONGEST_WAIT)
    try:
        wait = (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(wait, 0.0), _LONGEST_WAIT)
