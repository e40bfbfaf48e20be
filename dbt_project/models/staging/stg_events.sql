-- One row per valid event; typed columns only, because carrying the JSON text along costs more than all metrics.
select
    event_id,
    event_type,
    event_at,
    event_date,
    user_id,
    source,
    campaign_id,
    creative_id,
    order_id,
    delivery_channel,
    view_type,
    is_holdout,
    order_value,
    amount
from {{ source('lake', 'events') }}
