"""`swipesavvy backfill`: history older than what is taken in by itself, let in with a recorded reason."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from swipesavvy.application.ingestion import BackfillRequest
from swipesavvy.commands.context import HomeOption, lake_for, operator
from swipesavvy.domain.errors import UsageError

FileArgument = Annotated[Path, typer.Argument(help="Events, one JSON object a line: .jsonl or .jsonl.gz.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why this history is let in; recorded with it.")]


def backfill(file: FileArgument, reason: ReasonOption, home: HomeOption = None) -> None:
    """Take in a file of events however old they are; `run` then builds with them.

    Example: swipesavvy backfill archive.jsonl --reason "tablets were offline for two months"
    """
    if not reason.strip():
        raise UsageError("--reason is empty: say why this history is let in")
    lake = lake_for(home)
    report = lake.backfill(file, BackfillRequest(reason.strip(), operator()), datetime.now(UTC))
    for problem in report.problems:
        typer.echo(f"warning: {problem}", err=True)
    known = "; these bytes were handed in before, nothing is counted twice" if report.was_known else ""
    quarantined = sum(report.quarantined.values())
    typer.echo(
        f"landing/{report.landing_file}: {report.landed:,} lines, {report.clean:,} clean, "
        f"{report.duplicate:,} duplicate, {quarantined:,} quarantined{known}"
    )
    for why, count in report.quarantined.items():
        typer.echo(f"{count:,} quarantined as {why}; `swipesavvy quarantine list --file {report.landing_file}`")
