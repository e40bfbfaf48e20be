-- One row per view, click and conversion up to `as_of`, with the creative and channel of its own properties or else of
-- the same user's latest delivery of that campaign at or before it.
with engagements as (
    select
        event_id,
        event_type,
        event_at,
        event_date,
        user_id,
        campaign_id,
        creative_id,
        delivery_channel,
        case when event_type = 'campaign_viewed' then view_type end as view_type,
        order_id,
        order_value
    from {{ ref('stg_events') }}
    where
        event_type in ('campaign_viewed', 'campaign_clicked', 'campaign_converted')
        and event_at <= {{ as_of() }}
),

deliveries as (
    select
        user_id,
        campaign_id,
        creative_id,
        delivery_channel,
        assigned_at,
        superseded_at
    from {{ ref('int_assignments') }}
    where not is_holdout
)

select
    e.event_id,
    e.event_type,
    e.event_at,
    e.event_date,
    e.user_id,
    e.campaign_id,
    e.view_type,
    e.order_id,
    e.order_value,
    coalesce(e.creative_id, d.creative_id, 'unknown') as creative_id,
    coalesce(e.delivery_channel, d.delivery_channel, 'unknown') as channel
from engagements as e
left join deliveries as d
    on
        e.user_id = d.user_id
        and e.campaign_id = d.campaign_id
        and e.event_at >= d.assigned_at
        and (e.event_at < d.superseded_at or d.superseded_at is null)
