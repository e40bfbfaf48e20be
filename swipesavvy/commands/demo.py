"""`swipesavvy demo`: from nothing to a served dashboard with numbers, in one command that is safe to repeat.

Only the order of things is here; simulating, importing, building and serving are other modules'.
"""

import json
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from swipesavvy.adapters.durable import write_json
from swipesavvy.commands.context import HomeOption, progress_bar, settings_for
from swipesavvy.commands.run import refresh_home
from swipesavvy.commands.serving import require_ports, serve_everything
from swipesavvy.domain.errors import UsageError
from swipesavvy.domain.home import Home
from swipesavvy.domain.roles import Role
from swipesavvy.settings import Settings

PASSWORD_BYTES = 9


def demo(
    data: Annotated[Path | None, typer.Option("--data", help="Your own file instead of a simulated market.")] = None,
    mapping: Annotated[Path | None, typer.Option("--mapping", help="How to read it (docs/importing.md).")] = None,
    home: HomeOption = None,
) -> None:
    """Simulate a market that ends today (or import your file), build it, create log-ins and serve everything.

    Example: swipesavvy demo --data customers.csv --mapping mapping.yaml
    """
    if (data is None) != (mapping is None):
        message = "--data and --mapping go together: the mapping says how your file is read (docs/importing.md)"
        raise UsageError(message)
    started = time.monotonic()
    settings = settings_for(home)
    require_ports(settings)
    paths = settings.paths()
    paths.root.mkdir(parents=True, exist_ok=True)
    what = _import(paths, data, mapping) if data is not None and mapping is not None else _simulate(paths)
    typer.echo(f"[{time.monotonic() - started:.0f} s] {what}", err=True)
    build_id, is_new, _ = refresh_home(paths)
    stands = "published" if is_new else "stands"
    typer.echo(f"[{time.monotonic() - started:.0f} s] build {build_id} {stands}", err=True)
    logins = prepare_logins(settings)
    serve_everything(settings, lambda: _tell(settings, paths, what, logins, time.monotonic() - started))


def _simulate(home: Home) -> str:
    """Write the market unless it is there; one that was cut short is written again with its own arguments."""
    from swipesavvy.simulation.market import STEPS, market
    from swipesavvy.simulation.spec import MarketSpec, end_of
    from swipesavvy.simulation.writer import COUNTS, recorded_spec, write

    recorded = recorded_spec(home)
    spec = recorded or MarketSpec(end_of(None, datetime.now(UTC)))
    what = f"a simulated market of {spec.days} days that ends {spec.ends_at:%Y-%m-%d %H:%M} UTC"
    if recorded is None and home.landing.is_dir() and any(home.landing.rglob("*.*")):
        return f"the data that has landed in {home.landing}"
    if not (recorded and (home.truth / COUNTS).is_file()):
        with progress_bar() as progress:
            task = progress.add_task("simulating a market", total=len(STEPS))
            made = market(spec, lambda step: progress.update(task, description=f"simulating {step}", advance=1))
            task = progress.add_task("writing it", total=1)
            write(made, home, lambda done, total: progress.update(task, completed=done, total=total))
    return what


def _import(home: Home, data: Path, mapping: Path) -> str:
    """Import the file unless this very file was imported by this very mapping before."""
    from swipesavvy.commands.importing import import_data

    note = home.root / "demo.json"
    this = {"data": _digest(data), "mapping": _digest(mapping)}
    before = json.loads(note.read_text(encoding="utf-8")) if note.is_file() else None
    if before != this:
        if before is not None or (home.landing.is_dir() and any(home.landing.rglob("*.*"))):
            message = f"{home.root} holds other data already; choose another home: SWIPESAVVY_HOME=FOLDER make demo ..."
            raise UsageError(message)
        import_data(data, mapping, home=home.root)
        write_json(note, this)
    return f"{data.name}, read by {mapping.name}"


def _digest(path: Path) -> str:
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        message = f"{path}: cannot be read ({error.strerror}); check the name"
        raise UsageError(message) from None


def prepare_logins(settings: Settings) -> Mapping[str, str]:
    """A person per role with a lasting password, kept under keys/ so that a second demo shows the same ones."""
    from swipesavvy.adapters.ops import open_ops
    from swipesavvy.adapters.people import people_of

    home = settings.paths()
    file = home.keys / "demo-logins.json"
    known: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    home.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = open_ops(settings)
    try:
        people = people_of(store, settings)
        there = {person.name for person in people.list_users()}
        for role in Role:
            name = role.value
            if name in there and name in known:
                continue
            known.setdefault(name, secrets.token_urlsafe(PASSWORD_BYTES))
            # Kept before it is set: a password nobody can look up would lock the person out.
            _keep(file, known)
            now = datetime.now(UTC)
            if name not in there:
                people.add_user(name, role, now)
            people.set_password(name, known[name], now)
    finally:
        store.close()
    return known


def _keep(file: Path, logins: Mapping[str, str]) -> None:
    write_json(file, logins)
    file.chmod(0o600)


def _tell(settings: Settings, home: Home, what: str, logins: Mapping[str, str], seconds: float) -> None:
    width = max(len(name) for name in logins)
    people = "\n".join(f"  {name:<{width}}  {password}" for name, password in logins.items())
    host = f"http://{settings.host}"
    typer.echo(
        f"\nEverything runs after {seconds:.0f} s, with {what}.\n\n"
        f"Log in with one of (name, password):\n{people}\n\n"
        "Look first at\n"
        f"  {host}:{settings.dashboard_port}  as cmo: five headline numbers, then the campaign leaderboard\n"
        f"  {host}:{settings.dagster_port}/asset-groups  how every number is made, and which checks it passed\n"
        f"  {home.docs / 'data-docs' / 'index.html'}  what was expected of the data\n"
    )
