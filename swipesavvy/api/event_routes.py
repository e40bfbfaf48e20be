"""`POST /api/analytics/events`, also without the prefix, as a bare ASGI application in front of all other routes.

A framework costs more than judging an event does, so this one route has none: it is reached before routing and does for
itself what middleware does for the others (`requests`, `cors`). Not here: what becomes of the events (`collector`).
"""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from swipesavvy.api import bodies
from swipesavvy.api.bodies import RefusedError
from swipesavvy.api.collector import Collector
from swipesavvy.api.door import Door
from swipesavvy.api.patience import Patience
from swipesavvy.domain import keys

PATHS = frozenset(("/api/analytics/events", "/analytics/events"))
MOST_AT_ONCE = 256
_JSON = (b"content-type", b"application/json")
Headers = list[tuple[bytes, bytes]]


@dataclass
class EventRoute:
    """The ASGI application of one server process; `collector` and `door` are there once the server has started."""

    most_at_once: int = MOST_AT_ONCE
    collector: Collector | None = None
    door: Door | None = None
    under_way: int = 0
    patience: Patience = field(default_factory=Patience)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        try:
            if scope["method"] != "POST":
                raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "send events with POST")
            body = await self._collect(scope["headers"], receive)
        except RefusedError as refused:
            status, headers, body = refusal(refused)
        else:
            status, headers = 200, [_JSON]
        headers.append((b"content-length", b"%d" % len(body)))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _collect(self, headers: Iterable[tuple[bytes, bytes]], receive: Receive) -> bytes:
        if self.collector is None or self.door is None:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "the collector is starting; try again", 1)
        authorization, encoding = b"", b""
        for name, value in headers:
            if name == b"authorization":
                authorization = value
            elif name == b"content-encoding":
                encoding = value
        await self.door.admit_header(authorization.decode("latin-1"), keys.Scope.COLLECT)
        if self.under_way >= self.most_at_once:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "too many requests at once; send the events again", 1)
        self.under_way += 1
        try:
            return await self.collector.take_body(await self._body(receive, encoding.decode("latin-1")))
        finally:
            self.under_way -= 1

    async def _body(self, receive: Receive, encoding: str) -> bytes:
        waiting = self.patience.begin(bodies.BODY_SECONDS)
        try:
            body = await bodies.receive_body(receive, encoding)
        except asyncio.CancelledError:
            if self.patience.end(waiting):
                raise bodies.too_slow() from None
            raise
        except RefusedError:
            self.patience.end(waiting)
            raise
        self.patience.end(waiting)
        return body


@dataclass(frozen=True)
class Front:
    """Sends requests for the event paths to `events`, everything else to `others`."""

    events: ASGIApp
    others: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection of any kind."""
        is_event = scope["type"] == "http" and scope["path"] in PATHS
        await (self.events if is_event else self.others)(scope, receive, send)


def refusal(refused: RefusedError) -> tuple[int, Headers, bytes]:
    """Status, headers and body of the answer to a request that landed nothing."""
    headers: Headers = [_JSON]
    if refused.retry_after is not None:
        headers.append((b"retry-after", b"%d" % refused.retry_after))
    if refused.status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append((b"allow", b"POST"))
    if refused.status == HTTPStatus.UNAUTHORIZED:
        headers.append((b"www-authenticate", b'Bearer realm="swipesavvy", Basic realm="swipesavvy"'))
    return refused.status, headers, json.dumps({"error": refused.says}).encode()
