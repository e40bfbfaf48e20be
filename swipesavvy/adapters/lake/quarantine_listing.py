"""Reading the quarantine for people: which lines were refused, where, why and when.

Belongs here: queries only. Nothing here changes the quarantine (`replaying` and `table_batches` do).
"""

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

import duckdb

from swipesavvy.application.ingestion import QuarantinedLine, QuarantineFilter


def quarantined_lines(files: Sequence[Path], chosen: QuarantineFilter, limit: int) -> list[QuarantinedLine]:
    """At most `limit` of the lines that are meant, the newest first, then by place."""
    if not files:
        return []
    with duckdb.connect() as connection:
        rows = connection.execute(
            """
            SELECT "table", landing_file, landing_line, reason, detail, quarantined_at, raw
            FROM read_parquet($1, union_by_name = true)
            WHERE ($2 IS NULL OR "table" = $2) AND ($3 IS NULL OR reason = $3) AND ($4 IS NULL OR landing_file = $4)
            ORDER BY quarantined_at DESC, "table", landing_file, landing_line LIMIT $5
            """,
            [[str(file) for file in files], chosen.source, chosen.reason, chosen.landing_file, limit],
        ).fetchall()
    return [
        QuarantinedLine(source, file, line, reason, detail, at.replace(tzinfo=UTC), raw)
        for source, file, line, reason, detail, at, raw in rows
    ]
