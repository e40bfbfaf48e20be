"""Proof that both sides of the comparison did the same work: their eight metrics agree row by row."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

PAIRED = """
with ours as (
    select metric, window_name, campaign_id, creative_id, day,
        coalesce(numerator, 0) as top, coalesce(denominator, 0) as bottom
    from snapshot.metric_values
    where metric in (select distinct metric from hand)
        and grain in ('total', 'campaign', 'creative', 'day', 'campaign,creative', 'campaign,day')
),
theirs as (
    select metric, window_name, campaign_id, creative_id, day,
        coalesce(numerator, 0) as top, coalesce(denominator, 0) as bottom
    from hand
),
paired as (
    select ours.top as a, theirs.top as b, ours.bottom as c, theirs.bottom as d
    from ours full join theirs
        on ours.metric = theirs.metric and ours.window_name = theirs.window_name
        and ours.campaign_id is not distinct from theirs.campaign_id
        and ours.creative_id is not distinct from theirs.creative_id and ours.day is not distinct from theirs.day
)
select count(*), count(*) filter (gap > 1e-9), max(gap) from (
    select greatest(
        abs(coalesce(a, 0) - coalesce(b, 0)) / greatest(1, abs(coalesce(a, 0))),
        abs(coalesce(c, 0) - coalesce(d, 0)) / greatest(1, abs(coalesce(c, 0)))
    ) as gap from paired
)
"""


@dataclass(frozen=True)
class Agreement:
    """How many rows were compared, how many differ by more than 1e-9, and the largest relative gap."""

    rows: int
    different: int
    largest: float


def compared(home: Path, hand_result: Path) -> Agreement:
    """The published snapshot of a home against the script's result."""
    build = (home / "serving" / "CURRENT").read_text(encoding="utf-8").strip().removesuffix(".duckdb")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{home / 'serving' / build}.duckdb' as snapshot (read_only)")
        connection.execute(f"create view hand as from '{hand_result}'")
        return Agreement(*connection.execute(PAIRED).fetchall()[0])
