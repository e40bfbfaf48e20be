-- One row per creative of the reference table.
select
    creative_id,
    campaign_id,
    headline,
    body,
    cta,
    image_url,
    status
from {{ ref('stg_creatives') }}
