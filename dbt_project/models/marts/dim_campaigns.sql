-- One row per campaign of the reference table.
select
    campaign_id,
    name,
    kind,
    campaign_type,
    status,
    budget,
    launched_at,
    channel,
    target_segment,
    daily_budget,
    holdout_share,
    ended_at
from {{ ref('stg_campaigns') }}
