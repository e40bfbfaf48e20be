"""The ingestion ledger as the table every snapshot carries: one row per batch and landing file."""

from collections.abc import Iterable

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
    ]
)


def ledger_table(rows: Iterable[LedgerRow]) -> pa.Table:
    """One row per batch and landing file; `quarantined` maps a reason to its lines."""
    return pa.Table.from_pylist(
        [
            {
                "batch": row.batch,
                "committed_at": row.committed_at.replace(tzinfo=None),
                "source": row.source,
                "landing_file": row.landing_file,
                "landed": row.landed,
                "clean": row.clean,
                "duplicate": row.duplicate,
                "quarantined": list(row.quarantined.items()),
            }
            for row in rows
        ],
        schema=SCHEMA,
    )
