-- One row per campaign.
select
    lower(campaign_id) as campaign_id,
    name,
    coalesce(kind, 'ai') as kind,
    campaign_type,
    lower(status) as status,
    budget,
    launched_at,
    channel,
    target_segment,
    daily_budget,
    -- A campaign that plans no share of its own keeps a tenth back.
    coalesce(holdout_share, 0.1e0) as holdout_share,
    ended_at
from {{ source('lake', 'campaigns') }}
