-- One row per campaign and order: the earliest conversion reported. `is_first_claim` marks the one among the campaigns
-- claiming an order that counts where neither campaign nor creative is asked for.
with reported as (
    select
        event_id,
        event_at,
        event_date,
        user_id,
        campaign_id,
        creative_id,
        order_id,
        order_value,
        row_number() over (partition by campaign_id, order_id order by event_at asc, event_id asc) as report_number,
        row_number() over (partition by order_id order by event_at asc, event_id asc) as claim_number
    from {{ ref('int_engagements') }}
    where event_type = 'campaign_converted'
)

select
    event_id,
    event_at as converted_at,
    event_date as day,
    user_id,
    campaign_id,
    creative_id,
    order_id,
    order_value,
    claim_number = 1 as is_first_claim
from reported
where report_number = 1
