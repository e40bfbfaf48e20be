"""The ASGI application: which routes there are, and what opens and closes with the server."""

import asyncio
import gc
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from swipesavvy.api.composition import compose, segment_mapping
from swipesavvy.api.event_routes import EventRoute, Front
from swipesavvy.api.requests import RequestEnvelope
from swipesavvy.api.segment import SegmentApi
from swipesavvy.settings import Settings

LOG = logging.getLogger(__name__)
_FOLLOW_SECONDS = 2
_CORS: dict[str, Any] = {
    "allow_methods": ["GET", "POST"],
    "allow_headers": ["Authorization", "Content-Type", "Content-Encoding", "X-Request-ID"],
    "expose_headers": ["X-Request-ID", "Retry-After"],
}


def create_app(settings: Settings) -> ASGIApp:
    """The application of one home; nothing is opened before the server starts it.

    BadInputError if the home's own mapping of Segment's names has a mistake.
    """
    names = segment_mapping(settings)
    answers: Counter[int] = Counter()
    events = EventRoute()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        services = compose(settings, answers)
        app.include_router(services.health.router())
        events.collector, events.door = services.collector, services.door
        app.include_router(SegmentApi(services.collector, services.door, events, names).router())
        # What there is now stays: looking through it for garbage again and again costs more than judging does.
        gc.collect()
        gc.freeze()
        following = asyncio.create_task(_follow_lake(services.seen.refresh))
        try:
            yield
        finally:
            following.cancel()
            gc.unfreeze()
            await run_in_threadpool(services.close)

    # The interactive documentation would load scripts from outside. Telemetry would follow environment variables
    # that are not ours.
    app = FastAPI(
        title="SwipeSavvy",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        telemetry={"auto_configure": False},
    )
    app.add_middleware(RequestEnvelope, answers=answers)
    front = Front(RequestEnvelope(events, answers), app)
    origins = [origin.strip() for origin in settings.cors_origins.split(",") if origin.strip()]
    return CORSMiddleware(front, origins, **_CORS) if origins else front


async def _follow_lake(refresh: Callable[[], None]) -> None:
    """Keep the memory of ids in step with the lake for as long as the server runs."""
    while True:
        await asyncio.sleep(_FOLLOW_SECONDS)
        try:
            await run_in_threadpool(refresh)
        except Exception:
            # Whatever is wrong with the lake: ids stay in memory, and it is tried again.
            LOG.warning("the lake's ids cannot be read at the moment", exc_info=True)
