-- One row per day of first assignment, campaign, arm and (treated only) creative: what lifts are computed from, as sums
-- that add up over days.
with users as (
    select
        campaign_id,
        arm,
        assigned_date as day,
        case when arm = 'treated' then creative_id end as creative_id,
        is_buyer,
        is_visitor,
        revenue_usd
    from {{ ref('int_experiment_users') }}
)

select
    day,
    campaign_id,
    arm,
    creative_id,
    cast(count(*) as bigint) as users,
    cast(count(*) filter (where is_buyer) as bigint) as buyers,
    cast(count(*) filter (where is_visitor) as bigint) as visitors,
    {{ sum_stable('revenue_usd', 'is_buyer') }} as revenue_usd,
    {{ sum_stable('revenue_usd * revenue_usd', 'is_buyer') }} as revenue_sq
from users
group by day, campaign_id, arm, creative_id
