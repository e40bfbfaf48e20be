-- One row per day, campaign and user with a delivery or an open by e-mail or push.
with touches as (
    select
        assigned_date as day,
        campaign_id,
        user_id,
        1 as delivered,
        0 as opened
    from {{ ref('int_assignments') }}
    where not is_holdout and delivery_channel in ('email', 'push')
    union all
    select
        event_date as day,
        campaign_id,
        user_id,
        0 as delivered,
        1 as opened
    from {{ ref('int_engagements') }}
    where view_type = 'opened' and channel in ('email', 'push')
)

select
    day,
    campaign_id,
    user_id,
    max(delivered) = 1 as is_delivered,
    max(opened) = 1 as has_opened
from touches
group by day, campaign_id, user_id
