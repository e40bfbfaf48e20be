"""The command line: puts the topics of `swipesavvy.commands` together and turns errors into one clear line."""

import sys

import typer

from swipesavvy.commands import registry
from swipesavvy.domain.errors import SwipeSavvyError, UsageError

app = typer.Typer(
    name="swipesavvy",
    help="Marketing analytics and campaign platform: events in, defensible numbers out.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def root() -> None:
    """Marketing analytics and campaign platform: events in, defensible numbers out."""


registry.register(app)


def main() -> None:
    """Entry point: exit code 0 only on success, 2 for a wrong request, 1 for everything else expected."""
    try:
        app()
    except SwipeSavvyError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(2 if isinstance(error, UsageError) else 1)
