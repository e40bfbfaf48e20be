"""The ASGI application: which routes there are, and what opens and closes with the server."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from swipesavvy.api.composition import compose
from swipesavvy.api.event_routes import event_router
from swipesavvy.api.requests import RequestEnvelope
from swipesavvy.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """The application of one home; nothing is opened before the server starts it."""
    answers: Counter[int] = Counter()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        services = compose(settings, answers)
        app.include_router(services.health.router())
        app.include_router(event_router(services.collector, services.door))
        try:
            yield
        finally:
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
    return app
