"""Servers the collector is measured against, each in a process of its own: `KIND PORT FOLDER`.

All of them acknowledge after the same group commit. The product's own server is started as a user starts it; the others
are what somebody would write by hand for the one purpose of the comparison.
"""

import asyncio
import socket
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import msgspec
import uvicorn
import uvloop
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.requests import Request

from swipesavvy.adapters.landing_log import LandingLog
from swipesavvy.api import server
from swipesavvy.api.bodies import receive_body
from swipesavvy.api.group_commit import GroupCommit
from swipesavvy.api.typed_events import TypedEvent
from swipesavvy.settings import Settings

OURS, BARE = "ours", "ours without authentication, scrubbing, receipt time and duplicates"
APPEND, FASTAPI = "bare ASGI that only appends", "FastAPI + pydantic list[Event]"
FLOOR, STRICT = "hand-written protocol, one typed decode", "hand-written protocol, one decode by our typed union"
ANSWER = b'{"accepted":100}'
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(ANSWER)


class PydanticEvent(BaseModel):
    """The envelope as a pydantic model."""

    event_id: str
    event_type: str
    timestamp: datetime
    user_id: str
    source: Literal["mobile", "admin_portal", "backend"]
    session_id: str | None = None
    properties: dict[str, Any] = {}
    context: dict[str, Any] = {}


class StructEvent(msgspec.Struct):
    """The envelope as a msgspec struct."""

    event_id: str
    event_type: str
    timestamp: datetime
    user_id: str
    source: Literal["mobile", "admin_portal", "backend"]
    session_id: str | None = None
    properties: dict[str, Any] = {}
    context: dict[str, Any] = {}


def _log(folder: Path) -> GroupCommit:
    return GroupCommit(LandingLog(folder / "landing" / "events", lambda: datetime.now(UTC)))


def _with_pydantic(log: GroupCommit) -> FastAPI:
    app = FastAPI()

    @app.post("/api/analytics/events")
    async def collect(events: list[PydanticEvent], request: Request) -> dict[str, int]:
        await log.append(await request.body() + b"\n")
        return {"accepted": len(events)}

    return app


def _asgi(log: GroupCommit, check: Callable[[bytes], object]) -> Any:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(ANSWER))]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body = await receive_body(receive)
        check(body)
        await log.append(body + b"\n")
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": ANSWER})

    return app


class Protocol(asyncio.Protocol):
    """HTTP as far as the load client needs it."""

    def __init__(self, log: GroupCommit, decode: Callable[[bytes], object]) -> None:
        self._log, self._decode = log, decode
        self._buffer = bytearray()
        self._needed = 0

    def connection_made(self, transport: Any) -> None:
        """A client is there."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """A piece of a request."""
        self._buffer += data
        if not self._needed:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._buffer[:end]).lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            self._needed = end + 4 + length
            self._body_at = end + 4
        if len(self._buffer) >= self._needed:
            body = bytes(self._buffer[self._body_at : self._needed])
            del self._buffer[: self._needed]
            self._needed = 0
            self._decode(body)
            task = asyncio.ensure_future(self._log.append(body + b"\n"))
            task.add_done_callback(lambda _: self._transport.write(_HEAD + ANSWER))


async def _serve_by_hand(log: GroupCommit, decode: Callable[[bytes], object], port: int) -> None:
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: Protocol(log, decode), "127.0.0.1", port)
    await listening.serve_forever()


def main(kind: str, port: int, folder: Path) -> None:
    """Serves until killed."""
    if kind == OURS:
        server.run(Settings(home=folder, api_port=port))
        return
    log = _log(folder)
    decoders: dict[str, Any] = {FLOOR: list[StructEvent], STRICT: list[TypedEvent]}
    if kind in decoders:
        uvloop.run(_serve_by_hand(log, msgspec.json.Decoder(decoders[kind]).decode, port))
        return
    check = msgspec.json.Decoder(list[TypedEvent]).decode if kind == BARE else len
    app = _with_pydantic(log) if kind == FASTAPI else _asgi(log, check)
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")
    listening = socket.create_server(("127.0.0.1", port))
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
