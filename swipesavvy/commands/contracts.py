"""`swipesavvy contracts`: the event contract for other programs (JSON Schema), for people, and for Python clients."""

import json
from pathlib import Path
from typing import Annotated

import typer

from swipesavvy.application.contract_files import FORMATS, schemas
from swipesavvy.domain.errors import SwipeSavvyError, UsageError


class ContractWriteError(SwipeSavvyError):
    """A file of the contract could not be written."""


def contracts(
    output: Annotated[
        str, typer.Option("--format", help="json-schema (or json), markdown (the tracking plan) or python (classes).")
    ] = "json-schema",
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder to write files into; without it, print.", show_default=False)
    ] = None,
) -> None:
    """Print or write the event contract and the reference tables, as everything here checks them.

    Example: swipesavvy contracts --format json-schema --out schemas
    """
    chosen = "json-schema" if output == "json" else output
    if chosen not in FORMATS:
        raise UsageError(f"--format {output}: not known; use {', '.join(FORMATS)}")
    if out is not None:
        _write(out, FORMATS[chosen]())
    elif chosen == "json-schema":
        typer.echo(json.dumps(schemas(), indent=2))
    else:
        typer.echo("\n".join(FORMATS[chosen]().values()), nl=False)


def _write(folder: Path, files: dict[str, str]) -> None:
    try:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ContractWriteError(f"{folder}: cannot be written ({error.strerror}); choose another --out") from error
    typer.echo(f"{len(files)} file{'' if len(files) == 1 else 's'} written to {folder}")
