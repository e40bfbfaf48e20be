"""`swipesavvy quarantine`: look at refused lines, and take in again those that a mended contract accepts."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from swipesavvy.application.ingestion import BackfillRequest, QuarantinedLine, QuarantineFilter, ReplayReport
from swipesavvy.commands.context import FormatOption, HomeOption, lake_for, operator
from swipesavvy.domain.errors import UsageError
from swipesavvy.domain.event_contract import Reason

app = typer.Typer(help="Refused lines: look at them, take mended ones in again.", no_args_is_help=True)

SourceOption = Annotated[
    str | None, typer.Option("--source", help="events or one reference table.", show_default=False)
]
ReasonOption = Annotated[str | None, typer.Option("--reason", help="Only this reason.", show_default=False)]
FileOption = Annotated[
    str | None, typer.Option("--file", help="Only this landing file, such as events/a.jsonl.", show_default=False)
]


@app.command("list")
def list_lines(
    *,
    source: SourceOption = None,
    reason: ReasonOption = None,
    file: FileOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Show at most so many lines.")] = 50,
    raw: Annotated[bool, typer.Option("--raw", help="Show the text of each line, as it is kept.")] = False,
    output: FormatOption = "table",
    home: HomeOption = None,
) -> None:
    """Print refused lines, the newest first: place, reason, detail, when.

    Example: swipesavvy quarantine list --reason bad_property --limit 20
    """
    if output not in {"table", "json"}:
        raise UsageError(f"--format {output}: not known; use table or json")
    lake = lake_for(home)
    found = lake.quarantined_lines(_filter(source, reason, file), limit)
    if output == "json":
        for line in found:
            typer.echo(json.dumps(_plain(line, raw), ensure_ascii=False))
        return
    if not found:
        typer.echo("no refused lines")
        return
    _print_table(found, raw)
    if len(found) == limit:
        typer.echo(f"the newest {limit:,} are shown; --limit shows more")


@app.command("replay")
def replay(
    *,
    source: SourceOption = None,
    reason: ReasonOption = None,
    file: FileOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would move.")] = False,
    backfill_reason: Annotated[
        str | None,
        typer.Option(
            "--backfill-reason",
            help="Why events refused as too_old are let in; recorded. Needs --reason too_old.",
            show_default=False,
        ),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Judge refused lines again and move those into the lake that the present contract accepts.

    Example: swipesavvy quarantine replay --reason bad_property --dry-run
    """
    request = _request(reason, backfill_reason)
    lake = lake_for(home)
    chosen, now = _filter(source, reason, file), datetime.now(UTC)
    if request is None:
        report = lake.replay(chosen, now, dry_run)
    else:
        report = lake.backfill_quarantined(chosen, request, now, dry_run)
    _print_report(report, dry_run)


def _filter(source: str | None, reason: str | None, file: str | None) -> QuarantineFilter:
    name = None if file is None else file.removeprefix("landing/")
    if name is not None and "/" not in name:
        raise UsageError(f"--file {file}: name it with its source, such as events/{name}")
    return QuarantineFilter(source, reason, name)


def _request(reason: str | None, backfill_reason: str | None) -> BackfillRequest | None:
    if backfill_reason is None:
        return None
    if reason != Reason.TOO_OLD:
        raise UsageError("--backfill-reason lets old events in: give --reason too_old with it")
    if not backfill_reason.strip():
        raise UsageError("--backfill-reason is empty: say why history is let in")
    return BackfillRequest(backfill_reason.strip(), operator())


def _plain(line: QuarantinedLine, raw: bool) -> dict[str, object]:
    found: dict[str, object] = {
        "source": line.source,
        "landing_file": line.landing_file,
        "landing_line": line.landing_line,
        "reason": line.reason,
        "detail": line.detail,
        "quarantined_at": line.quarantined_at.isoformat(),
    }
    return found | ({"raw": line.raw} if raw else {})


def _print_table(lines: Sequence[QuarantinedLine], raw: bool) -> None:
    rows = [("place", "reason", "detail", "quarantined at")]
    for line in lines:
        when = line.quarantined_at.strftime("%Y-%m-%d %H:%M:%S")
        place, detail = f"{line.landing_file}:{line.landing_line}", line.detail or ""
        rows.append((_harmless(place), line.reason, _harmless(detail), when))
    widths = [max(len(row[at]) for row in rows) for at in range(4)]
    for at, row in enumerate(rows):
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if raw and at:
            typer.echo(f"    {_harmless(lines[at - 1].raw or '(its text was not kept)')}")


def _harmless(text: str) -> str:
    """Without what would move the cursor or change the terminal: the text came from strangers."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)


def _print_report(report: ReplayReport, dry_run: bool) -> None:
    accepted = report.accepted.total()
    for (source, reason), count in sorted(report.accepted.items()):
        typer.echo(f"{source}: {count:,} of {reason} {'would be' if dry_run else 'were'} accepted")
    for problem in report.problems:
        typer.echo(f"warning: {problem}", err=True)
    kept = f"{report.judged - accepted:,} stay" if report.judged >= accepted else "none stays"
    outcome = "" if dry_run else f" ({report.clean:,} clean, {report.duplicate:,} duplicate)"
    typer.echo(f"{report.judged:,} lines judged again: {accepted:,} accepted{outcome}, {kept} in quarantine")
    if accepted and not dry_run:
        typer.echo("`swipesavvy run` builds with them")
