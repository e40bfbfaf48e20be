"""`swipesavvy user ...`: who may sign in. The rules are in the use cases."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer

from swipesavvy.application.people import People
from swipesavvy.commands.context import FormatOption, HomeOption, settings_for
from swipesavvy.domain.people import ONE_TIME_VALID, Person
from swipesavvy.domain.roles import Role, role_named
from swipesavvy.settings import Settings

app = typer.Typer(help="People who may sign in.", no_args_is_help=True)
NameArgument = Annotated[str, typer.Argument(help="Letters a-z, digits and . _ @ -; capitals do not matter.")]
ROLES = ", ".join(Role)


@contextmanager
def _people(settings: Settings) -> Iterator[People]:
    # Imported here: SQLAlchemy and Alembic would cost every other command most of a second.
    from swipesavvy.adapters.ops import open_ops
    from swipesavvy.adapters.people import people_of

    store = open_ops(settings)
    try:
        yield people_of(store, settings)
    finally:
        store.close()


@app.command("add")
def add(
    name: NameArgument,
    role: Annotated[str, typer.Option("--role", help=f"One of {ROLES}.")],
    home: HomeOption = None,
) -> None:
    """Add a person and print the one-time password; it must be changed at the first sign-in.

    Example: swipesavvy user add ana --role cmo
    """
    with _people(settings_for(home)) as people:
        _print_password(people.add_user(name, role_named(role), datetime.now(UTC)))


@app.command("reset")
def reset(name: NameArgument, home: HomeOption = None) -> None:
    """Print a new one-time password for somebody known; brings a disabled person back, ends open sessions.

    Example: swipesavvy user reset ana
    """
    with _people(settings_for(home)) as people:
        _print_password(people.reset_user(name, datetime.now(UTC)))


@app.command("disable")
def disable(name: NameArgument, home: HomeOption = None) -> None:
    """End a person's access at once, open sessions included.

    Example: swipesavvy user disable ana
    """
    with _people(settings_for(home)) as people:
        people.disable_user(name, datetime.now(UTC))
    typer.echo(f"{name} can no longer sign in", err=True)


@app.command("list")
def show(home: HomeOption = None, output: FormatOption = "table") -> None:
    """Everybody, by name.

    Example: swipesavvy user list --format json
    """
    with _people(settings_for(home)) as people:
        everybody = people.list_users()
    if output == "json":
        typer.echo(json.dumps([_plain(person) for person in everybody], indent=2))
        return
    for person in everybody:
        typer.echo(f"{person.name:<24} {person.role.value:<16} {_state(person)}")
    if not everybody:
        typer.echo("nobody yet; `swipesavvy user add NAME --role ROLE` adds the first", err=True)


def _print_password(password: str) -> None:
    typer.echo(password)
    hours = int(ONE_TIME_VALID.total_seconds() // 3600)
    typer.echo(f"shown once; valid for {hours} hours, to be changed at the first sign-in", err=True)


def _state(person: Person) -> str:
    if person.is_disabled:
        return "disabled"
    return "has a one-time password" if person.must_change_password else "active"


def _plain(person: Person) -> dict[str, str | None]:
    return {
        "name": person.name,
        "role": person.role.value,
        "state": _state(person),
        "created_at": person.created_at.isoformat(),
        "disabled_at": person.disabled_at.isoformat() if person.disabled_at else None,
    }
