"""The collector: `POST /api/analytics/events`, also without the prefix. Acknowledged only when it is on the disk."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from swipesavvy.api.bodies import RefusedError, cut, read_body, strict_object, without_member
from swipesavvy.api.door import Door
from swipesavvy.application.collecting import CutEvent, EventLog, Verdict, judge, land
from swipesavvy.domain.errors import BusyError
from swipesavvy.domain.keys import Scope

PATHS = ("/api/analytics/events", "/analytics/events")


@dataclass
class Collector:
    """The routes of one server process, and what they have taken since it started."""

    door: Door
    log: EventLog
    clock: Callable[[], datetime]
    taken: dict[str, int] = field(default_factory=lambda: {"accepted": 0, "rejected": 0})

    def router(self) -> APIRouter:
        """Both paths."""
        router = APIRouter()
        for path in PATHS:
            router.add_route(path, self.collect, methods=["POST"])
        return router

    async def collect(self, request: Request) -> Response:
        """Land one event or up to 100; answers 200 with a verdict for each, in order."""
        try:
            await self.door.admit(request, Scope.COLLECT)
            raws = cut(await read_body(request))
            verdicts = await self._take([_event(raw) for raw in raws])
        except RefusedError as refused:
            return _refusal(refused)
        for verdict in verdicts:
            self.taken[verdict.status] += 1
        return Response(msgspec.json.encode(_answer(verdicts)), media_type="application/json")

    async def _take(self, events: list[CutEvent]) -> list[Verdict]:
        received_at = self.clock()
        verdicts = judge(events, received_at)
        try:
            if events:
                await asyncio.wrap_future(land(events, received_at, self.log))
        except BusyError as error:
            raise RefusedError(503, str(error), 2) from None
        except OSError:
            # The events may be on the disk all the same; sending them again is safe, copies are recognised.
            raise RefusedError(503, "the events could not be written; send them again", 5) from None
        return verdicts


def _event(raw: bytes) -> CutEvent:
    value = strict_object(raw)
    if value is not None and "received_at" in value:
        return CutEvent(without_member(raw, "received_at"), value)
    return CutEvent(raw, value)


def _answer(verdicts: list[Verdict]) -> dict[str, object]:
    results: list[dict[str, str | None]] = []
    for verdict in verdicts:
        result = {"event_id": verdict.event_id, "status": verdict.status}
        results.append(result if verdict.reason is None else {**result, "reason": verdict.reason})
    rejected = sum(verdict.reason is not None for verdict in verdicts)
    return {"accepted": len(verdicts) - rejected, "rejected": rejected, "results": results}


def _refusal(refused: RefusedError) -> JSONResponse:
    headers = {}
    if refused.retry_after is not None:
        headers["retry-after"] = str(refused.retry_after)
    if refused.status == 401:  # noqa: PLR2004 - the one status with a header of its own
        headers["www-authenticate"] = 'Bearer realm="swipesavvy", Basic realm="swipesavvy"'
    return JSONResponse({"error": refused.says}, refused.status, headers)
