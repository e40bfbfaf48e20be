"""The ingestion ledger as Arrow tables: as every snapshot carries it, and unpivoted for dbt.

Belongs here: shapes only. The counts are the manifest's.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol

import pyarrow as pa

from swipesavvy.application.ingestion import LedgerRow

SCHEMA = pa.schema(
    [
        ("batch", pa.int64()),
        ("committed_at", pa.timestamp("us")),
        ("source", pa.string()),
        ("landing_file", pa.string()),
        ("landed", pa.int64()),
        ("clean", pa.int64()),
        ("duplicate", pa.int64()),
        ("quarantined", pa.map_(pa.string(), pa.int64())),
        ("erased", pa.int64()),
        ("scrubbed", pa.int64()),
    ]
)
BATCH_SCHEMA = pa.schema(
    [
        ("batch_id", pa.int64()),
        ("committed_at", pa.timestamp("us")),
        ("source", pa.string()),
        ("landing_file", pa.string()),
        ("reason", pa.string()),
        ("outcome", pa.string()),
        ("line_count", pa.int64()),
    ]
)


class HasLedger(Protocol):
    """What is asked of the lake here."""

    def ledger(self) -> list[LedgerRow]:
        """Every batch and landing file, oldest first."""
        ...


def ledger_table(rows: Iterable[LedgerRow]) -> pa.Table:
    """One row per batch and landing file; `quarantined` maps a reason to its lines."""
    return pa.Table.from_pylist(
        [
            {
                "batch": row.batch,
                "committed_at": _naive(row.committed_at),
                "source": row.source,
                "landing_file": row.landing_file,
                "landed": row.landed,
                "clean": row.clean,
                "duplicate": row.duplicate,
                "quarantined": list(row.quarantined.items()),
                "erased": row.erased,
                "scrubbed": row.scrubbed,
            }
            for row in rows
        ],
        schema=SCHEMA,
    )


def batch_ledger_table(lake: HasLedger) -> pa.Table:
    """One row per batch, landing file and outcome with a count other than zero; times are naive UTC.

    `outcome` is landed, clean, duplicate, quarantined (one row per `reason`), erased or scrubbed; landed = clean +
    duplicate + quarantined + erased. Counts below zero take back what an earlier batch had counted.
    """
    return pa.Table.from_pylist([part for row in lake.ledger() for part in _outcomes(row)], schema=BATCH_SCHEMA)


def _outcomes(row: LedgerRow) -> Iterator[dict[str, object]]:
    counts: list[tuple[str, str | None, int]] = [
        (name, None, getattr(row, name)) for name in ("landed", "clean", "duplicate", "erased", "scrubbed")
    ]
    counts += [("quarantined", reason, count) for reason, count in row.quarantined.items()]
    for outcome, reason, count in counts:
        if count:
            yield {
                "batch_id": row.batch,
                "committed_at": _naive(row.committed_at),
                "source": row.source,
                "landing_file": row.landing_file,
                "reason": reason,
                "outcome": outcome,
                "line_count": count,
            }


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)
