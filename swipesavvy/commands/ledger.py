"""`swipesavvy ledger`: what landed and what became of it. Every line must be accounted for."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import typer

from swipesavvy.application.ingestion import LedgerRow
from swipesavvy.commands.context import FormatOption, HomeOption, lake_for
from swipesavvy.domain.errors import NotBuiltYetError, SwipeSavvyError, UsageError

_HEADINGS = ("source", "files", "landed", "clean", "duplicate", "quarantined", "erased", "scrubbed", "balance")


class UnbalancedLedgerError(SwipeSavvyError):
    """Lines went missing: the sums of the ledger do not add up."""


@dataclass
class _Total:
    source: str
    files: set[str] = field(default_factory=set)
    landed: int = 0
    clean: int = 0
    duplicate: int = 0
    quarantined: Counter[str] = field(default_factory=Counter)
    erased: int = 0
    scrubbed: int = 0

    def add(self, row: LedgerRow) -> None:
        self.files.add(row.landing_file)
        self.landed += row.landed
        self.clean += row.clean
        self.duplicate += row.duplicate
        self.quarantined.update(row.quarantined)
        self.erased += row.erased
        self.scrubbed += row.scrubbed

    @property
    def missing(self) -> int:
        return self.landed - self.clean - self.duplicate - sum(self.quarantined.values()) - self.erased


def ledger(output: FormatOption = "table", home: HomeOption = None) -> None:
    """Print what landed and what became of it, per source; `--format json` prints one JSON object a line.

    Example: swipesavvy ledger --format json
    """
    if output not in {"table", "json"}:
        raise UsageError(f"--format {output}: not known; use table or json")
    totals = _totals(lake_for(home).ledger())
    if not totals:
        raise NotBuiltYetError("nothing has been taken in yet: put files into landing/ and call `swipesavvy run`")
    for total in totals:
        if output == "json":
            typer.echo(json.dumps(_plain(total)))
    if output == "table":
        _print_table(totals)
    unbalanced = [total.source for total in totals if total.missing]
    if unbalanced:
        raise UnbalancedLedgerError(
            f"the ledger of {', '.join(unbalanced)} does not balance: delete the lake folder and run again"
        )


def _totals(rows: Iterable[LedgerRow]) -> list[_Total]:
    totals: dict[str, _Total] = {}
    for row in rows:
        totals.setdefault(row.source, _Total(row.source)).add(row)
    return list(totals.values())


def _plain(total: _Total) -> dict[str, object]:
    return {
        "source": total.source,
        "files": len(total.files),
        "landed": total.landed,
        "clean": total.clean,
        "duplicate": total.duplicate,
        "quarantined": {reason: count for reason, count in sorted(total.quarantined.items()) if count},
        "erased": total.erased,
        "scrubbed": total.scrubbed,
        "balanced": total.missing == 0,
    }


def _print_table(totals: list[_Total]) -> None:
    rows: list[tuple[str, ...]] = [_HEADINGS]
    for total in totals:
        quarantined = sum(total.quarantined.values())
        accounted = (total.landed, total.clean, total.duplicate, quarantined, total.erased)
        counts = (len(total.files), *accounted, total.scrubbed)
        balance = f"{total.missing:,} missing" if total.missing else "ok"
        rows.append((total.source, *(f"{count:,}" for count in counts), balance))
    widths = [max(len(row[at]) for row in rows) for at in range(len(_HEADINGS))]
    for row in rows:
        name, *cells, balance = (
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        typer.echo("  ".join([name, *cells, balance]).rstrip())
    for total in totals:
        for reason, count in sorted(total.quarantined.items()):
            if count:
                typer.echo(f"{total.source}: {count:,} quarantined as {reason}")
