"""`swipesavvy import`: someone's own file becomes landed events and reference tables."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from swipesavvy.application.importing import ImportReport, MappingError, import_file
from swipesavvy.commands.context import FormatOption, HomeOption, progress_bar, settings_for


def import_data(
    file: Annotated[Path, typer.Argument(help="CSV, Parquet or JSONL, plain or .gz.", show_default=False)],
    mapping: Annotated[Path, typer.Option("--mapping", help="The mapping, a YAML file.", show_default=False)],
    check: Annotated[bool, typer.Option("--check", help="Try everything, write nothing.")] = False,
    home: HomeOption = None,
    output: FormatOption = "table",
) -> None:
    """Turn your own file into events and reference tables, by a mapping (docs/importing.md).

    Example: swipesavvy import customers.csv.gz --mapping docs/mappings/hillstrom.yaml
    """
    # Imported here: the engines of an import would cost every other command most of a second.
    from swipesavvy.adapters.importing.ports import import_ports

    try:
        with progress_bar() as bar:
            task = bar.add_task(f"importing {file.name} (bytes)", total=0)
            report = import_file(
                file,
                mapping,
                import_ports(settings_for(home).paths()),
                lambda done, total: bar.update(task, completed=done, total=total),
                is_trial=check,
            )
    except MappingError as error:
        for line in error.lines:
            typer.echo(line, err=True)
        raise
    for warning in report.warnings:
        typer.echo(warning, err=True)
    typer.echo(json.dumps(_as_row(report), indent=2) if output == "json" else _as_text(report, is_trial=check))


def _as_row(report: ImportReport) -> dict[str, Any]:
    return {
        "source": report.source,
        "mapping": report.mapping,
        "rows": report.rows,
        "imported": report.imported,
        "filtered": report.filtered,
        "skipped": report.skipped,
        "events": dict(report.events),
        "tables": dict(report.tables),
        "files": [str(path) for path in report.files],
        "problems_file": str(report.problems_file) if report.problems_file else None,
        "first_problems": report.first_problems,
        "warnings": report.warnings,
    }


def _as_text(report: ImportReport, *, is_trial: bool) -> str:
    verb = "would be imported" if is_trial else "imported"
    lines = [f"{report.source}: {report.imported:,} of {report.rows:,} rows {verb} by {report.mapping}"]
    if report.filtered:
        lines.append(f"  left out by the mapping's `when`: {report.filtered:,} rows")
    if report.skipped:
        listed = f", all in {report.problems_file}" if report.problems_file else ""
        lines.append(f"  left out because of a problem: {report.skipped:,} rows{listed}")
    lines += [f"    {problem}" for problem in report.first_problems]
    lines += [f"  {count:>12,}  {name} (events)" for name, count in report.events.items()]
    lines += [f"  {count:>12,}  {name} (table)" for name, count in report.tables.items()]
    if not is_trial:
        lines.append("next: swipesavvy run")
    return "\n".join(lines)
