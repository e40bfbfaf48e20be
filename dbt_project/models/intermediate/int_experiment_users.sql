-- One row per user and campaign that assigned the user: the first assignment, and what the user did in the seven days
-- from it, whatever it was (intention to treat).
with assignments as (
    select
        campaign_id,
        user_id,
        assigned_at,
        assigned_date,
        coalesce(creative_id, 'unknown') as creative_id,
        is_holdout,
        row_number() over (
            partition by campaign_id, user_id order by assigned_at asc, event_id asc
        ) as assignment_number,
        min(case when is_holdout then 1 else 0 end) over (partition by campaign_id, user_id) as in_control_only,
        max(case when is_holdout then 1 else 0 end) over (partition by campaign_id, user_id) as in_control_ever
    from {{ ref('int_assignments') }}
),

first_assignments as (
    select
        campaign_id,
        user_id,
        assigned_at,
        assigned_date,
        creative_id,
        case
            when in_control_only <> in_control_ever then 'contaminated'
            when is_holdout then 'control'
            else 'treated'
        end as arm
    from assignments
    where assignment_number = 1
),

purchases as (
    select
        a.campaign_id,
        a.user_id,
        {{ sum_stable('o.net_value') }} as revenue_usd
    from first_assignments as a
    inner join {{ ref('int_orders') }} as o
        on
            a.user_id = o.user_id
            and a.assigned_at <= o.ordered_at
            and a.assigned_at + interval 7 day > o.ordered_at
    group by a.campaign_id, a.user_id
),

landings as (
    select
        user_id,
        event_at
    from {{ ref('stg_events') }}
    where event_type = 'offer_landed' and event_at <= {{ as_of() }}
),

visits as (
    select distinct
        a.campaign_id,
        a.user_id
    from first_assignments as a
    inner join landings as l
        on
            a.user_id = l.user_id
            and a.assigned_at <= l.event_at
            and a.assigned_at + interval 7 day > l.event_at
)

select
    a.campaign_id,
    a.user_id,
    a.assigned_at,
    a.assigned_date,
    a.creative_id,
    a.arm,
    p.user_id is not null as is_buyer,
    v.user_id is not null as is_visitor,
    coalesce(p.revenue_usd, 0e0) as revenue_usd
from first_assignments as a
left join purchases as p on a.campaign_id = p.campaign_id and a.user_id = p.user_id
left join visits as v on a.campaign_id = v.campaign_id and a.user_id = v.user_id
