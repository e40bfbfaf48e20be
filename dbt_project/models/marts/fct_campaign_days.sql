-- One row per day, campaign and creative with an impression or a click.
select
    event_date as day,
    campaign_id,
    creative_id,
    cast(count(*) filter (where view_type = 'received') as bigint) as impressions,
    cast(count(*) filter (where event_type = 'campaign_clicked') as bigint) as clicks
from {{ ref('int_engagements') }}
where view_type = 'received' or event_type = 'campaign_clicked'
group by event_date, campaign_id, creative_id
