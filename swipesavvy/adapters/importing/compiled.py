"""What a value of a mapping becomes: a vectorised expression and the checks that tell which rows it cannot serve.

Belongs here: these two shapes. Not here: how they come about (`compiling`, `conversions`).
"""

from dataclasses import dataclass, replace

import polars as pl

from swipesavvy.domain.mapping.model import ValueType


@dataclass(frozen=True)
class Check:
    """Rows where `bad` is true have a problem: `column` `reason`, showing the text `shown`."""

    bad: pl.Expr
    column: str
    reason: str
    shown: pl.Expr


@dataclass(frozen=True)
class Compiled:
    """An expression of a known type. `label` names it in problems; `zone` is where its dates are counted.

    `presence` is null exactly where `expr` is and costs less: checks ask it. `is_uuid`: made here, so it is one.
    """

    expr: pl.Expr
    kind: ValueType
    label: str
    zone: str
    checks: tuple[Check, ...] = ()
    presence: pl.Expr | None = None
    is_uuid: bool = False

    @property
    def is_absent(self) -> pl.Expr:
        """Where there is no value."""
        return (self.expr if self.presence is None else self.presence).is_null()

    def become(self, expr: pl.Expr, kind: ValueType, bad: pl.Expr | None = None, reason: str = "") -> "Compiled":
        """This value converted; `bad` tells the rows it could not be converted in."""
        added = () if bad is None else (Check(bad, self.label, reason, self.expr.cast(pl.String)),)
        return replace(self, expr=expr, kind=kind, checks=(*self.checks, *added), presence=None, is_uuid=False)
