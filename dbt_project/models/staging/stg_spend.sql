-- One row per campaign, creative (or none), day and platform.
select
    lower(campaign_id) as campaign_id,
    lower(creative_id) as creative_id,
    spend_date,
    platform,
    coalesce(cost, 0e0) as cost
from {{ source('lake', 'spend') }}
