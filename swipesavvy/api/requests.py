"""What every request gets: an id to quote, a line in the log, and a plain answer when something breaks."""

import json
import logging
import re
import time
import uuid
from collections import Counter

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOG = logging.getLogger(__name__)
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}


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
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _ID.fullmatch(given) else uuid.uuid4().hex
        started = time.perf_counter()
        status = 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, send_marked)
        except Exception:
            LOG.exception("request %s: %s %s failed", request_id, scope["method"], scope["path"])
            if status:
                raise
            await _send_apology(send_marked, request_id)
        finally:
            self._answers[status] += 1
            level = logging.DEBUG if status < 400 else logging.INFO  # noqa: PLR2004 - HTTP's first error status
            elapsed = (time.perf_counter() - started) * 1000
            LOG.log(level, "%s %s %d %.1f ms %s", scope["method"], scope["path"], status, elapsed, request_id)


async def _send_apology(send: Send, request_id: str) -> None:
    says = {"error": "something went wrong on our side; quote the request id", "request_id": request_id}
    await send(
        {"type": "http.response.start", "status": 500, "headers": [(b"content-type", b"application/json")]},
    )
    await send({"type": "http.response.body", "body": json.dumps(says).encode()})
