"""`POST /api/analytics/events`, also without the prefix: one event or up to 100, with a verdict for each."""

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from swipesavvy.api.bodies import RefusedError, cut, read_body
from swipesavvy.api.collector import Collector
from swipesavvy.api.door import Door
from swipesavvy.application.collecting import Verdict
from swipesavvy.domain.keys import Scope

PATHS = ("/api/analytics/events", "/analytics/events")


def event_router(collector: Collector, door: Door) -> APIRouter:
    """Both paths."""

    async def collect(request: Request) -> Response:
        try:
            await door.admit(request, Scope.COLLECT)
            verdicts = await collector.take(cut(await read_body(request)))
        except RefusedError as refused:
            return refusal(refused)
        return Response(msgspec.json.encode(_answer(verdicts)), media_type="application/json")

    router = APIRouter()
    for path in PATHS:
        router.add_route(path, collect, methods=["POST"])
    return router


def refusal(refused: RefusedError) -> JSONResponse:
    """The answer to a request that landed nothing."""
    headers = {}
    if refused.retry_after is not None:
        headers["retry-after"] = str(refused.retry_after)
    if refused.status == 401:  # noqa: PLR2004 - the one status with a header of its own
        headers["www-authenticate"] = 'Bearer realm="swipesavvy", Basic realm="swipesavvy"'
    return JSONResponse({"error": refused.says}, refused.status, headers)


def _answer(verdicts: list[Verdict]) -> dict[str, object]:
    results: list[dict[str, str | None]] = []
    for verdict in verdicts:
        result = {"event_id": verdict.event_id, "status": verdict.status}
        results.append(result if verdict.reason is None else {**result, "reason": verdict.reason})
    statuses = [verdict.status for verdict in verdicts]
    counts = {name: statuses.count(name) for name in ("accepted", "duplicate", "rejected")}
    return {**counts, "results": results}
