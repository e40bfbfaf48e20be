"""The list of commands, in the order `--help` shows them. A command module is imported here and nowhere else."""

import typer

from swipesavvy.commands import configuration


def register(app: typer.Typer) -> None:
    """Attach every command to the application."""
    app.command("config")(configuration.config)
