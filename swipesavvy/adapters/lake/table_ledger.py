"""The account of a reference table: what a batch changes in what the ledger says of each landing file.

Belongs here: differences of counts. Rows may lose to newer versions, return, or be accepted later, so that a batch also
changes the account of files it did not read.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from swipesavvy.adapters.lake.manifest import LedgerEntry
from swipesavvy.application.ingestion import LedgerRow


@dataclass
class _Total:
    landed: int = 0
    clean: int = 0
    duplicate: int = 0
    erased: int = 0
    quarantined: Counter[str] = field(default_factory=Counter)


def changes(
    ledger: Iterable[LedgerRow],
    landed: Mapping[str, int],
    clean: Mapping[str, int],
    refused: Mapping[str, Mapping[str, int]],
) -> list[LedgerEntry]:
    """Entries that bring the account from `ledger` (one table's rows) to the counts by landing file given.

    `landed` names the files read this time; the others keep their number of rows. Erased rows stay erased.
    """
    before: dict[str, _Total] = {}
    for row in ledger:
        _add(before.setdefault(row.landing_file, _Total()), row)
    entries = []
    for name in sorted({*before, *landed}):
        old, reasons = before.get(name, _Total()), refused.get(name, {})
        rows = landed.get(name, old.landed)
        duplicate = rows - clean.get(name, 0) - sum(reasons.values()) - old.erased
        entry = LedgerEntry(
            name,
            rows - old.landed,
            clean.get(name, 0) - old.clean,
            duplicate - old.duplicate,
            _difference(reasons, old.quarantined),
        )
        if entry != LedgerEntry(name, 0, 0, 0, {}):
            entries.append(entry)
    return entries


def _add(total: _Total, row: LedgerRow) -> None:
    total.landed += row.landed
    total.clean += row.clean
    total.duplicate += row.duplicate
    total.erased += row.erased
    total.quarantined.update(row.quarantined)


def _difference(now: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    return {
        reason: now.get(reason, 0) - before.get(reason, 0)
        for reason in {*now, *before}
        if now.get(reason, 0) != before.get(reason, 0)
    }
