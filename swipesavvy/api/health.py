"""`GET /health`: the state of each part, as JSON for programs and as a page for people; 200 while the API runs."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from swipesavvy.api.health_page import health_page
from swipesavvy.application.health import HealthReport, Probe, check_health


@dataclass(frozen=True)
class Health:
    """The routes of one server process."""

    probes: Sequence[tuple[str, Probe]]
    clock: Callable[[], datetime]
    version: str
    started_at: datetime

    def router(self) -> APIRouter:
        """`/health` and the way to it from `/`."""
        router = APIRouter()
        router.add_route("/", self.redirect, methods=["GET"])
        router.add_route("/health", self.health, methods=["GET"])
        return router

    async def redirect(self, _: Request) -> Response:
        """From the root to the health page."""
        return RedirectResponse("/health", status_code=307)

    async def health(self, request: Request) -> Response:
        """A page where the client asks for HTML, else JSON."""
        report = await run_in_threadpool(check_health, self.probes, self.clock())
        uptime = (report.checked_at - self.started_at).total_seconds()
        if "text/html" in request.headers.get("accept", ""):
            return HTMLResponse(health_page(report, self.version, uptime))
        return JSONResponse(_as_json(report, self.version, uptime))


def _as_json(report: HealthReport, version: str, uptime: float) -> dict[str, Any]:
    return {
        "status": report.status,
        "version": version,
        "uptime_seconds": round(uptime, 1),
        "checked_at": report.checked_at.isoformat(),
        "parts": {
            part.name: {"state": part.state, "says": part.says, **asdict(part)["details"]} for part in report.parts
        },
    }
