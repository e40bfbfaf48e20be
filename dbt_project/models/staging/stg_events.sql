-- One row per valid event. Whoever does not name `properties` does not pay for it: carrying the JSON text along costs
-- more than all metrics.
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
    amount,
    received_at,
    available_at,
    coalesce(is_late, false) as is_late,
    properties
from {{ source('lake', 'events') }}
