"""`swipesavvy up` and `swipesavvy serve api|dashboard|dagster`: which processes serve an installation, and where.

How children are started, watched and ended is `supervision`'s business.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import typer
from filelock import FileLock, Timeout

from swipesavvy.adapters.durable import write_text
from swipesavvy.commands.context import HomeOption, settings_for
from swipesavvy.commands.supervision import Child, Family, free_port, require_free_port
from swipesavvy.domain.errors import BusyError
from swipesavvy.logs import setup_logging
from swipesavvy.settings import CHECKOUT, Settings

serve_app = typer.Typer(help="Serve one part of an installation.", no_args_is_help=True)
HEALTHY_WITHIN_SECONDS = 180.0
LOCATION = "swipesavvy"
CODE_SERVER = "Dagster code server"


def up(home: HomeOption = None) -> None:
    """Serve everything: API, dashboard, Dagster with its schedules, and the worker; one Ctrl-C ends all.

    Example: swipesavvy up
    """
    serve_everything(settings_for(home), lambda: None)


def serve_everything(settings: Settings, when_ready: Callable[[], None]) -> None:
    """Start every part, wait until all answer, print the addresses, call `when_ready`, and watch until Ctrl-C.

    Raises:
        BusyError: a port is taken, or this home is being served already.
        ServiceError: a part ended by itself or never answered.
    """
    automated = settings.model_copy(update={"automation": True})
    parts = [_api(automated), _dashboard(automated), *_dagster_parts(automated), _worker(automated)]
    _serve(automated, parts, when_ready)


def require_ports(settings: Settings) -> None:
    """Refuse taken ports before any other work is done.

    Raises:
        BusyError: the text names the port and its setting.
    """
    for name, port in (
        ("api", settings.api_port),
        ("dashboard", settings.dashboard_port),
        ("dagster", settings.dagster_port),
    ):
        require_free_port(settings.host, port, name, f"SWIPESAVVY_{name.upper()}_PORT")


@serve_app.command("api")
def serve_api(home: HomeOption = None) -> None:
    """Serve the API and collector in this process.

    Example: swipesavvy serve api
    """
    from swipesavvy.api.server import run

    settings = settings_for(home)
    setup_logging(settings.log_level)
    run(settings)


@serve_app.command("dashboard")
def serve_dashboard(home: HomeOption = None) -> None:
    """Serve the dashboard alone.

    Example: swipesavvy serve dashboard
    """
    settings = settings_for(home)
    _serve(settings, [_dashboard(settings)], lambda: None)


@serve_app.command("dagster")
def serve_dagster(home: HomeOption = None) -> None:
    """Serve Dagster's pages and its daemon; schedules start switched off here (`up` switches them on).

    Example: swipesavvy serve dagster
    """
    settings = settings_for(home)
    _serve(settings, _dagster_parts(settings), lambda: None)


@serve_app.command("worker")
def serve_worker(home: HomeOption = None) -> None:
    """Take in, build and publish whatever lands, in this process (`up` starts one by itself).

    Example: swipesavvy serve worker
    """
    from dagster_project.worker import serve

    settings = settings_for(home)
    setup_logging(settings.log_level)
    serve(settings.paths())


def _serve(settings: Settings, parts: list[Child], when_ready: Callable[[], None]) -> None:
    home = settings.paths()
    home.logs.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home.logs / f"{parts[0].name.lower()}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        message = f"{home.root}: {parts[0].name} is being served already; end the other `swipesavvy` process first"
        raise BusyError(message) from None
    with lock, Family(home.logs) as children:
        typer.echo(f"starting {', '.join(part.name for part in parts)}; logs in {home.logs}", err=True)
        if children.start_all(parts, HEALTHY_WITHIN_SECONDS, _announce):
            when_ready()
            typer.echo("Ctrl-C ends everything", err=True)
            children.wait_until_asked_to_end()
        typer.echo("ending", err=True)


def _announce(part: Child) -> None:
    if part.address:
        typer.echo(f"{part.name}: {part.address}")


def _api(settings: Settings) -> Child:
    require_free_port(settings.host, settings.api_port, "the API", "SWIPESAVVY_API_PORT")
    base = _url(settings, settings.api_port)
    return Child(
        name="API",
        command=(sys.executable, "-m", "swipesavvy", "serve", "api"),
        environment=_environment(settings),
        address=f"{base}/health",
        health=f"{base}/health",
    )


def _dashboard(settings: Settings) -> Child:
    require_free_port(settings.host, settings.dashboard_port, "the dashboard", "SWIPESAVVY_DASHBOARD_PORT")
    base = _url(settings, settings.dashboard_port)
    flags = ("--host", settings.host, "--port", str(settings.dashboard_port), "--no-access-log")
    return Child(
        name="Dashboard",
        command=(sys.executable, "-m", "uvicorn", "streamlit_app.asgi:app", *flags),
        environment=_environment(settings),
        address=base,
        # Unknown paths answer 200 with a page: only this one says that the server is ready.
        health=f"{base}/_stcore/health",
        health_body="ok",
        folder=CHECKOUT,
    )


def _dagster_parts(settings: Settings) -> list[Child]:
    """Web server and daemon over one code server: each of them would import everything again otherwise."""
    require_free_port(settings.host, settings.dagster_port, "Dagster", "SWIPESAVVY_DAGSTER_PORT")
    from dagster_project.instance import prepare_dagster_home

    home = settings.paths()
    folder = prepare_dagster_home(home)
    code_port = free_port("127.0.0.1")
    workspace = folder / "workspace.yaml"
    server = {"host": "127.0.0.1", "port": code_port, "location_name": LOCATION}
    write_text(workspace, json.dumps({"load_from": [{"grpc_server": server}]}) + "\n")
    environment = {**_environment(settings), "DAGSTER_HOME": str(folder), "DAGSTER_DISABLE_TELEMETRY": "1"}
    base = _url(settings, settings.dagster_port)

    server_child = Child(
        CODE_SERVER,
        (
            *(_program("dagster"), "code-server", "start", "-m", "dagster_project.definitions"),
            *("--host", "127.0.0.1", "--port", str(code_port), "--location-name", LOCATION),
            "--use-python-environment-entry-point",
        ),
        environment,
        health=f"tcp://127.0.0.1:{code_port}",
        folder=CHECKOUT,
    )
    web = Child(
        "Dagster",
        (
            *(_program("dagster-webserver"), "-w", str(workspace)),
            *("-h", settings.host, "-p", str(settings.dagster_port)),
        ),
        environment,
        address=base,
        health=f"{base}/server_info",
        folder=CHECKOUT,
        needs=CODE_SERVER,
    )
    daemon = Child(
        "Dagster daemon",
        (_program("dagster-daemon"), "run", "-w", str(workspace)),
        environment,
        folder=CHECKOUT,
        needs=CODE_SERVER,
    )
    return [server_child, web, daemon]


def _worker(settings: Settings) -> Child:
    """Nothing to ask: what it does stands in the health report."""
    command = (sys.executable, "-m", "swipesavvy", "serve", "worker")
    environment = {**_environment(settings), "DAGSTER_DISABLE_TELEMETRY": "1"}
    return Child("Worker", command, environment, restarts=True)


def _program(name: str) -> str:
    """A console script of this very environment, whatever the search path says."""
    return str(Path(sys.executable).with_name(name))


def _url(settings: Settings, port: int) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{'127.0.0.1' if host in {'0.0.0.0', '[::]'} else host}:{port}"  # noqa: S104  compared, not bound


def _environment(settings: Settings) -> dict[str, str]:
    """Every setting of this call, so that children see the same installation whatever their working folder holds."""
    values = settings.model_dump(mode="python")
    return {f"SWIPESAVVY_{name.upper()}": _text(value) for name, value in values.items() if value is not None}


def _text(value: object) -> str:
    revealed = getattr(value, "get_secret_value", None)
    return str(revealed()) if revealed is not None else str(value)
