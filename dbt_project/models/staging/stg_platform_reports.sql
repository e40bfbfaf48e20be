-- One row per platform, campaign and day.
select
    platform,
    lower(campaign_id) as campaign_id,
    report_date,
    impressions,
    clicks,
    conversions,
    cost
from {{ source('lake', 'platform_reports') }}
