"""What every request gets: an id to quote, a line in the log, and a plain answer when something breaks."""

import itertools
import json
import logging
import re
import secrets
import time
from collections import Counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOG = logging.getLogger(__name__)
_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
]


# Random once a process and counted on: asking the system for randomness would cost more than the rest of this module.
_PROCESS = secrets.token_hex(8).encode()
_NUMBERS = itertools.count(1)


class RequestEnvelope:
    """ASGI middleware. A sensible `X-Request-ID` of the client's is kept, so that both logs can be joined."""

    def __init__(self, app: ASGIApp, answers: Counter[int]) -> None:
        """`answers` counts responses by status."""
        self._app = app
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        started = time.perf_counter()
        status = 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = list(message.get("headers", ()))
                present = {name for name, _ in headers}
                headers += [header for header in _HEADERS if header[0] not in present]
                headers.append((b"x-request-id", request_id))
                message["headers"] = headers
            await send(message)

        try:
            await self._app(scope, receive, send_marked)
        except Exception:
            LOG.exception("request %s: %s %s failed", request_id.decode(), scope["method"], scope["path"])
            if status:
                raise
            await _send_apology(send_marked, request_id.decode())
        finally:
            self._answers[status] += 1
            level = logging.DEBUG if status < 400 else logging.INFO  # noqa: PLR2004 - HTTP's first error status
            if LOG.isEnabledFor(level):
                elapsed = (time.perf_counter() - started) * 1000
                said = scope["method"], scope["path"], status, elapsed, request_id.decode()
                LOG.log(level, "%s %s %d %.1f ms %s", *said)


def _request_id(scope: Scope) -> bytes:
    """The client's own id if it is a sensible one, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _ID.fullmatch(value):
            return bytes(value)
    return b"%s%016x" % (_PROCESS, next(_NUMBERS))


async def _send_apology(send: Send, request_id: str) -> None:
    says = {"error": "something went wrong on our side; quote the request id", "request_id": request_id}
    await send(
        {"type": "http.response.start", "status": 500, "headers": [(b"content-type", b"application/json")]},
    )
    await send({"type": "http.response.body", "body": json.dumps(says).encode()})
