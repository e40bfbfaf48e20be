-- One row per assignment of a user to a campaign, of either group, up to `as_of`. `superseded_at` is when the same user
-- was next assigned to the same group of that campaign: the latest delivery at an instant is the one not superseded
-- yet, which is far cheaper to join than to rank. Of two at one instant the larger id is the later.
select
    event_id,
    event_at as assigned_at,
    event_date as assigned_date,
    user_id,
    campaign_id,
    creative_id,
    delivery_channel,
    is_holdout,
    lead(event_at) over (
        partition by user_id, campaign_id, is_holdout order by event_at asc, event_id asc
    ) as superseded_at
from {{ ref('stg_events') }}
where event_type = 'campaign_delivered' and event_at <= {{ as_of() }}
