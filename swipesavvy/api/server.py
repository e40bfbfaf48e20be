"""Runs the API: one process, one port, graceful on SIGTERM and Ctrl-C."""

import socket

import uvicorn
from starlette.types import ASGIApp

from swipesavvy.api.app import create_app
from swipesavvy.domain.errors import BusyError
from swipesavvy.settings import Settings

# Requests under way get this long to finish; what they wrote is flushed after that.
GRACEFUL_SECONDS = 15


def application() -> ASGIApp:
    """Factory for servers that take one (`uvicorn --factory swipesavvy.api.server:application`)."""
    return create_app(Settings())


def run(settings: Settings) -> None:
    """Serve until a signal ends it. BusyError if the port is taken. Logging is the caller's to set up."""
    config = uvicorn.Config(
        create_app(settings),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[_bound(settings.host, settings.api_port)])


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        reason = error.strerror or str(error)
        raise BusyError(
            f"the API cannot listen on {host}:{port} ({reason}); choose another SWIPESAVVY_API_PORT"
        ) from None
    return listening
