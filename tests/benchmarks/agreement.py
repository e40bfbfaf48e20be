"""Proof that both sides of the comparison did the same work: their eight metrics agree row by row."""

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
select
    count(*),
    count(*) filter (
        abs(coalesce(a, 0) - coalesce(b, 0)) > 1e-9 * greatest(1, abs(coalesce(a, 0)))
        or abs(coalesce(c, 0) - coalesce(d, 0)) > 1e-9 * greatest(1, abs(coalesce(c, 0)))
    )
from paired
"""


def compared(home: Path, hand_result: Path) -> tuple[int, int]:
    """How many rows were compared, and how many of them differ."""
    build = (home / "serving" / "CURRENT").read_text(encoding="utf-8").strip().removesuffix(".duckdb")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{home / 'serving' / build}.duckdb' as snapshot (read_only)")
        connection.execute(f"create view hand as from '{hand_result}'")
        rows, different = connection.execute(PAIRED).fetchall()[0]
    return rows, different
