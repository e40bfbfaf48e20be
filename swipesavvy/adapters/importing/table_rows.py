"""Rows of one table entry gathered over a whole file: one per key, sums exact, the same however the file is cut.

Belongs here: grouping. Memory grows with the number of different keys. Not here: where values come from (`entries`).
"""

import polars as pl

from swipesavvy.adapters.importing.entries import CompiledTable, Gathered
from swipesavvy.domain.mapping.model import LINE, Aggregation

_FIRST_LINE = "_first_line"
_MERGE_AFTER = 8
# Cents are not binary fractions: sums are kept in millionths, so that no cut of the file changes a digit.
_EXACT = pl.Decimal(38, 6)


class TableRows:
    """Gathers the rows of one table entry."""

    def __init__(self, entry: CompiledTable) -> None:
        self.entry = entry
        self._parts: list[pl.DataFrame] = []

    def add(self, frame: pl.DataFrame) -> None:
        """Take in the matching rows of a chunk."""
        columns = [_prepared(column).alias(column.name) for column in self.entry.columns]
        found = frame.select(pl.col(LINE).alias(_FIRST_LINE), *columns)
        if found.height:
            self._parts.append(self._grouped(found, is_raw=True))
        if len(self._parts) > _MERGE_AFTER:
            self._parts = [self._merged()]

    def result(self) -> tuple[pl.DataFrame, list[tuple[int, str, str, str]]]:
        """The rows in the order their keys first appear; and (line, column, value, reason) of those beyond a limit."""
        if not self._parts:
            return pl.DataFrame(), []
        summed = [c.name for c in self.entry.columns if c.aggregation is Aggregation.SUM]
        merged = self._merged().with_columns(pl.col(summed).cast(pl.Float64)) if summed else self._merged()
        problems: list[tuple[int, str, str, str]] = []
        for column in self.entry.columns:
            bad, reason = _beyond(column)
            if bad is None:
                continue
            wrong = merged.filter(bad)
            lines, values = wrong[_FIRST_LINE].to_list(), wrong[column.name].to_list()
            problems += [(line, column.name, str(value), reason) for line, value in zip(lines, values, strict=True)]
            merged = merged.filter(~bad.fill_null(value=False))
        return merged.drop(_FIRST_LINE), sorted(problems)

    def _merged(self) -> pl.DataFrame:
        return self._grouped(pl.concat(self._parts), is_raw=False)

    def _grouped(self, frame: pl.DataFrame, *, is_raw: bool) -> pl.DataFrame:
        others = [column for column in self.entry.columns if column.name not in self.entry.keys]
        kept = [_combined(column, is_raw=is_raw) for column in others]
        grouped = frame.group_by(self.entry.keys, maintain_order=True).agg(pl.col(_FIRST_LINE).first(), *kept)
        return grouped.select(_FIRST_LINE, *(column.name for column in self.entry.columns))


def _prepared(column: Gathered) -> pl.Expr:
    if column.aggregation is Aggregation.SUM:
        return column.expr.round(6).cast(_EXACT)
    return column.expr


def _combined(column: Gathered, *, is_raw: bool) -> pl.Expr:
    values = pl.col(column.name)
    match column.aggregation:
        case Aggregation.SUM:
            # The sum of nothing is nothing, not zero.
            return pl.when(values.count() > 0).then(values.sum()).alias(column.name)
        case Aggregation.COUNT:
            return values.count().cast(pl.Int64) if is_raw else values.sum()
        case Aggregation.MIN:
            return values.min()
        case Aggregation.MAX:
            return values.max()
        case Aggregation.FIRST:
            return values.drop_nulls().first()
        case _:
            return values.last()


def _beyond(column: Gathered) -> tuple[pl.Expr | None, str]:
    target = column.target
    if target is None or column.aggregation is Aggregation.COUNT or target.minimum is None:
        return None, ""
    return pl.col(column.name) < target.minimum, f"is less than {target.minimum:g}"
