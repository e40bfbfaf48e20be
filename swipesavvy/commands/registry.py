"""The list of commands, in the order `--help` shows them. A command module is imported here and nowhere else."""

import typer

from swipesavvy.commands import configuration, importing, keys, metrics, people, simulate


def register(app: typer.Typer) -> None:
    """Attach every command to the application."""
    app.command("simulate")(simulate.simulate)
    app.command("import")(importing.import_data)
    app.command("metrics")(metrics.metrics)
    app.add_typer(people.app, name="user")
    app.add_typer(keys.app, name="key")
    app.command("config")(configuration.config)
