-- One row per campaign, creative (null: the campaign as a whole) and day up to and including the day of `as_of`.
select
    spend_date as day,
    campaign_id,
    creative_id,
    {{ sum_stable('cost') }} as cost
from {{ ref('stg_spend') }}
where spend_date <= cast({{ as_of() }} as date)
group by spend_date, campaign_id, creative_id
