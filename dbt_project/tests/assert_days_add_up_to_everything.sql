-- Revenue and spend of the days add up to those of all time, in total and per campaign.
with days as (
    select
        campaign_id,
        sum(numerator) as revenue,
        sum(denominator) as spend
    from {{ ref('roas') }}
    where grain in ('day', 'campaign,day')
    group by campaign_id
),

everything as (
    select
        campaign_id,
        numerator as revenue,
        denominator as spend
    from {{ ref('roas') }}
    where grain in ('total', 'campaign') and window_name = 'all'
)

select
    e.campaign_id,
    e.revenue,
    e.spend,
    d.revenue as revenue_of_days,
    d.spend as spend_of_days
from everything as e
left join days as d on e.campaign_id is not distinct from d.campaign_id
where
    abs(e.revenue - coalesce(d.revenue, 0)) > 1e-6 * greatest(e.revenue, 1)
    or abs(e.spend - coalesce(d.spend, 0)) > 1e-6 * greatest(e.spend, 1)
