"""`swipesavvy config`: the settings in force, secrets masked."""

import json

import typer

from swipesavvy.commands.context import FormatOption, HomeOption, settings_for


def config(home: HomeOption = None, output: FormatOption = "table") -> None:
    """Print every setting in force, secrets masked.

    Example: swipesavvy config --format json
    """
    rows = {f"SWIPESAVVY_{name.upper()}": value for name, value in settings_for(home).model_dump(mode="json").items()}
    if output == "json":
        typer.echo(json.dumps(rows, indent=2))
        return
    for name, value in rows.items():
        typer.echo(f"{name}={'' if value is None else value}")
