-- One row per click.
select
    event_id,
    event_at as clicked_at,
    event_date as day,
    user_id,
    campaign_id,
    creative_id
from {{ ref('int_engagements') }}
where event_type = 'campaign_clicked'
