"""What every command shares: the home option, settings of this call, and progress on stderr."""

import os
import pwd
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from swipesavvy.settings import Settings

if TYPE_CHECKING:
    from swipesavvy.adapters.lake import ParquetLake

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home", help="Folder of the installation (default: SWIPESAVVY_HOME, else data/).", show_default=False
    ),
]
FormatOption = Annotated[str, typer.Option("--format", help="table or json.")]


def settings_for(home: Path | None) -> Settings:
    """Settings of this call; `--home` wins over the environment."""
    return Settings() if home is None else Settings(home=home)


def lake_for(home: Path | None) -> "ParquetLake":
    """The lake of this call's installation."""
    # Imported here: its engines would cost every command that opens no lake a second.
    from swipesavvy.adapters.lake import open_lake

    return open_lake(settings_for(home).paths())


def operator() -> str:
    """Who runs this command: the name of the account, which records carry."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def progress_bar() -> Progress:
    """A progress display on stderr, so that stdout stays data."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
