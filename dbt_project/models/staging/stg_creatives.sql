-- One row per creative.
select
    lower(creative_id) as creative_id,
    lower(campaign_id) as campaign_id,
    headline,
    body,
    cta,
    image_url,
    status
from {{ source('lake', 'creatives') }}
