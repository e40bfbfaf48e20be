"""`swipesavvy metrics`: the published snapshot on paper. Which questions are allowed is decided by the use case."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer

from swipesavvy.adapters.serving import Serving
from swipesavvy.application.metric_queries import CUSTOM, Answer, MetricQuery, MetricRow, ask, parse_by
from swipesavvy.commands.context import FormatOption, HomeOption, settings_for
from swipesavvy.domain import figures
from swipesavvy.domain.errors import UsageError

HEADINGS = ("metric", "window", "grain", "value", "numerator", "denominator", "95% interval", "remark")


def metrics(  # noqa: PLR0917 - each parameter is an option of its own
    metric: Annotated[list[str] | None, typer.Option("--metric", help="A metric's id; may be given again.")] = None,
    window: Annotated[
        list[str] | None, typer.Option("--window", help="1d, 7d, 30d, 90d, ytd or all; may be given again.")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", help="One grain, or campaign plus one other: campaign,day")] = None,
    first: Annotated[str | None, typer.Option("--from", help="First day of a range, YYYY-MM-DD (UTC).")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day of a range, YYYY-MM-DD (UTC).")] = None,
    output: FormatOption = "table",
    home: HomeOption = None,
) -> None:
    """Print published metrics; `--format json` prints one JSON object a line.

    Example: swipesavvy metrics --metric roas --window 7d --by campaign --format json
    """
    if output not in {"table", "json"}:
        raise UsageError(f"--format {output}: not known; use table or json")
    query = MetricQuery(
        metrics=tuple(metric or ()),
        windows=tuple(window or ()),
        by=parse_by(by),
        date_from=_day("--from", first),
        date_to=_day("--to", last),
    )
    serving = Serving(settings_for(home).paths())
    try:
        answer = ask(serving.current(), query)
    finally:
        serving.close()
    for remark in answer.remarks:
        typer.echo(remark, err=True)
    if output == "json":
        for row in answer.rows:
            typer.echo(json.dumps(_plain(row, answer), allow_nan=False, ensure_ascii=False))
    else:
        _print_table(answer)


def _day(option: str, text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text}: not a day; write it like 2026-11-21") from None


def _plain(row: MetricRow, answer: Answer) -> dict[str, Any]:
    """The keys other programs rely on; what does not apply is null."""
    days = answer.period if row.window == CUSTOM and answer.period else (None, None)
    return {
        "metric": row.metric,
        "window": row.window,
        "as_of": _instant(answer.build.as_of),
        "grain": dict(row.grain),
        "model": row.model,
        "value": row.value,
        "numerator": row.numerator,
        "denominator": row.denominator,
        "unit": row.unit,
        "ci_low": row.ci_low,
        "ci_high": row.ci_high,
        "p_value": row.p_value,
        "av_low": row.av_low,
        "av_high": row.av_high,
        "srm_p_value": row.srm_p_value,
        "n_treated": row.n_treated,
        "n_control": row.n_control,
        "contaminated": row.contaminated,
        "power": row.power,
        "incomplete": row.is_incomplete,
        "completeness_pct": row.completeness_pct,
        "reason": row.reason,
        "flags": row.flags,
        "data_as_of": _instant(answer.build.data_as_of),
        "build_id": answer.build.build_id,
        "from": days[0].isoformat() if days[0] else None,
        "to": days[1].isoformat() if days[1] else None,
    }


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _print_table(answer: Answer) -> None:
    build = answer.build
    lines = [HEADINGS, *(_cells(row) for row in answer.rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    for line in lines:
        typer.echo(_aligned(line, widths))
    as_of, data_as_of = _instant(build.as_of), _instant(build.data_as_of)
    typer.echo(f"as of {as_of}, data up to {data_as_of}, build {build.build_id}", err=True)


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    numbers = {HEADINGS.index(name) for name in ("value", "numerator", "denominator")}
    return "  ".join(
        cell.rjust(width) if column in numbers else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ).rstrip()


def _cells(row: MetricRow) -> tuple[str, ...]:
    grain = " ".join(f"{key}={value}" for key, value in row.grain.items()) or "total"
    model = f" {row.model}" if row.model else ""
    return (
        f"{row.metric}{model}",
        row.window,
        grain,
        figures.written(row.value, row.unit),
        *(figures.DASH if number is None else f"{number:,.10g}" for number in (row.numerator, row.denominator)),
        figures.interval(row.ci_low, row.ci_high, row.unit),
        ", ".join(_remarks(row)),
    )


def _remarks(row: MetricRow) -> Iterator[str]:
    if row.reason:
        yield row.reason
    if row.flags:
        yield row.flags
    if row.is_incomplete:
        known = "" if row.completeness_pct is None else f" ({row.completeness_pct:.0f}% of the expected data)"
        yield f"incomplete{known}"
