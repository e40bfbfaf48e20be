"""`swipesavvy key ...`: keys for programs that send events or read numbers. The rules are in the use cases."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer

from swipesavvy.application.keys import Keys
from swipesavvy.commands.context import FormatOption, HomeOption, settings_for
from swipesavvy.domain.keys import DEFAULT_RATE, ApiKey, Scope, scopes_named

app = typer.Typer(help="API keys.", no_args_is_help=True)
NameArgument = Annotated[str, typer.Argument(help="What the key is for: letters a-z, digits and . _ @ -")]


@contextmanager
def _keys(home: HomeOption) -> Iterator[Keys]:
    # Imported here: SQLAlchemy and Alembic would cost every other command most of a second.
    from swipesavvy.adapters.ops import open_ops
    from swipesavvy.adapters.people import keys_of

    store = open_ops(settings_for(home))
    try:
        yield keys_of(store)
    finally:
        store.close()


@app.command("add")
def add(
    name: NameArgument,
    scope: Annotated[list[str], typer.Option("--scope", help=f"{', '.join(Scope)}; repeat for several.")],
    rate: Annotated[int, typer.Option("--rate", help="Requests a minute.")] = DEFAULT_RATE,
    home: HomeOption = None,
) -> None:
    """Make a key and print it, the only time it can be seen.

    Example: swipesavvy key add web-shop --scope collect --rate 600
    """
    with _keys(home) as keys:
        typer.echo(keys.add_key(name, scopes_named(scope), rate, datetime.now(UTC)))
    typer.echo("shown once; send it as `Authorization: Bearer KEY`", err=True)


@app.command("revoke")
def revoke(name: NameArgument, home: HomeOption = None) -> None:
    """End a key; servers refuse it within a second.

    Example: swipesavvy key revoke web-shop
    """
    with _keys(home) as keys:
        keys.revoke_key(name, datetime.now(UTC))
    typer.echo(f"{name} is revoked", err=True)


@app.command("list")
def show(home: HomeOption = None, output: FormatOption = "table") -> None:
    """Every key ever given, without its secret.

    Example: swipesavvy key list --format json
    """
    with _keys(home) as keys:
        everything = keys.list_keys()
    if output == "json":
        typer.echo(json.dumps([_plain(key) for key in everything], indent=2))
        return
    for key in everything:
        state = f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else "in force"
        typer.echo(f"{key.name:<24} {','.join(sorted(key.scopes)):<20} {key.rate_per_minute:>7}/min  {state}")
    if not everything:
        typer.echo("no keys yet; `swipesavvy key add NAME --scope collect` makes the first", err=True)


def _plain(key: ApiKey) -> dict[str, object]:
    return {
        "name": key.name,
        "scopes": sorted(key.scopes),
        "rate_per_minute": key.rate_per_minute,
        "created_at": key.created_at.isoformat(),
        "revoked_at": key.revoked_at.isoformat() if key.revoked_at else None,
    }
