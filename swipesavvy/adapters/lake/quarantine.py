"""Refused lines and rows, with the reason of each, kept so that they can be mended and taken in again.

Belongs here: the one shape of the quarantine. What is refused is decided where lines are judged.
"""

from datetime import datetime

from swipesavvy.adapters.lake.routing import literal, quoted

REFUSED = """
CREATE OR REPLACE TEMP TABLE refused (
  landing_file VARCHAR, landing_line BIGINT, reason VARCHAR, detail VARCHAR, raw VARCHAR
)"""
"""Statement for the table that refused lines gather in while a batch is built."""


def quarantine_sql(source: str, now: datetime) -> str:
    """Query for the quarantine rows of the table `refused`."""
    return f"""
SELECT landing_file, landing_line, {quoted(source)} AS "table", reason, detail, raw, {literal(now)} AS quarantined_at
FROM refused ORDER BY landing_file, landing_line"""
