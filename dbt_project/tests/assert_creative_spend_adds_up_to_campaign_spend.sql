-- What is shared out among creatives is what the campaign spent, in every window.
with creatives as (
    select
        window_name,
        campaign_id,
        sum(denominator) as spend
    from {{ ref('roas') }}
    where grain = 'campaign,creative'
    group by window_name, campaign_id
),

campaigns as (
    select
        window_name,
        campaign_id,
        denominator as spend
    from {{ ref('roas') }}
    where grain = 'campaign'
)

select
    a.window_name,
    a.campaign_id,
    a.spend,
    c.spend as spend_of_creatives
from campaigns as a
left join creatives as c on a.window_name = c.window_name and a.campaign_id = c.campaign_id
where abs(a.spend - coalesce(c.spend, 0)) > 1e-6 * greatest(a.spend, 1)
