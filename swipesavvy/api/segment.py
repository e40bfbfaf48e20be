"""Segment's HTTP tracking API, so that its client libraries deliver here once their host is changed.

Belongs here: the routes, and answers that its libraries understand: what they may send again is 429
or 5xx, everything else 4xx. Not here: what a message becomes (`domain.segment_messages`), and the events' way from
there, which is that of all others (`collector`).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from swipesavvy.api.bodies import RefusedError, read_body
from swipesavvy.api.collector import Collector
from swipesavvy.api.cutting import strict_object
from swipesavvy.api.door import Door
from swipesavvy.api.event_routes import EventRoute, refusal
from swipesavvy.api.segment_bodies import batch, single
from swipesavvy.application.collecting import MOST_EVENTS, Verdict
from swipesavvy.domain.keys import Scope
from swipesavvy.domain.scrubbing import keyed_user_id
from swipesavvy.domain.segment_mapping import CALLS, SegmentMapping
from swipesavvy.domain.segment_messages import Delivery, Translator, instant

_PATHS = {**{f"/v1/{call}": call for call in ("track", *CALLS)}, "/v1/batch": None, "/v1/import": None}


@dataclass(frozen=True)
class SegmentApi:
    """The routes of one server process; `events` counts the requests under way at all doors together."""

    collector: Collector
    door: Door
    events: EventRoute
    mapping: SegmentMapping

    def router(self) -> APIRouter:
        """The routes."""
        routes: list[BaseRoute] = [Route(path, self.take, methods=["POST"]) for path in _PATHS]
        return APIRouter(routes=routes)

    async def take(self, request: Request) -> Response:
        """Take one message or one batch."""
        try:
            await self.door.admit(request, Scope.COLLECT)
            verdicts = await self._take_one_more(request)
        except RefusedError as refused:
            return _refused(refused)
        return Response(_answer(verdicts), media_type="application/json")

    async def _take_one_more(self, request: Request) -> list[Verdict]:
        if self.events.under_way >= self.events.most_at_once:
            raise RefusedError(503, "too many requests at once; send the messages again", 1)
        self.events.under_way += 1
        try:
            return await self._take(_PATHS[request.url.path], await read_body(request))
        finally:
            self.events.under_way -= 1

    async def _take(self, call: str | None, body: bytes) -> list[Verdict]:
        received_at = self.collector.clock()
        raws, delivery = _messages(body, call, received_at)
        try:
            key = self.collector.key()
        except OSError:
            raise RefusedError(503, "the secrets of this installation cannot be read; send again", 5) from None
        translator = Translator(self.mapping, lambda: str(uuid4()), lambda user_id: keyed_user_id(user_id, key))
        verdicts: list[Verdict] = []
        for first in range(0, len(raws), MOST_EVENTS):
            lines = [self._line(raw, call, delivery, translator) for raw in raws[first : first + MOST_EVENTS]]
            verdicts += await self.collector.take(lines)
        return verdicts

    def _line(self, raw: bytes, call: str | None, delivery: Delivery, translator: Translator) -> bytes:
        """The event of one message; what is no strict JSON object lands as it is and is told so."""
        message = strict_object(raw)
        if message is None:
            return raw
        translation = translator.translate(message, call, delivery)
        self.collector.taken["scrubbed"] += translation.left_out
        return json.dumps(translation.event, ensure_ascii=False).encode("utf-8")


def _messages(body: bytes, call: str | None, received_at: datetime) -> tuple[list[bytes], Delivery]:
    """The messages of a body in their own bytes, and what is true of all. RefusedError 400 or 413."""
    if call is not None:
        return [single(body)], Delivery(received_at)
    cut = batch(body)
    sent_at = strict_object(b'{"at":%s}' % cut.sent_at) or {}
    return cut.messages, Delivery(received_at, instant(sent_at.get("at")), strict_object(cut.context))


def _answer(verdicts: Sequence[Verdict]) -> bytes:
    """Success, because everything has landed; rejected events are listed for people who look."""
    answer: dict[str, Any] = {"success": True}
    rejected = [{"event_id": v.event_id, "reason": v.reason} for v in verdicts if v.reason is not None]
    return msgspec.json.encode({**answer, "rejected": rejected} if rejected else answer)


def _refused(refused: RefusedError) -> Response:
    status, headers, _ = refusal(refused)
    says: Mapping[str, object] = {
        "success": False,
        "code": HTTPStatus(status).phrase.lower().replace(" ", "_"),
        "message": refused.says,
    }
    return Response(
        json.dumps(says), status, {name.decode(): value.decode() for name, value in headers}, "application/json"
    )
