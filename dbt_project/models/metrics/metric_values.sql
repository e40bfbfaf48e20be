-- One row per metric, window and group. A day's value is computed once and shown in every window that contains the day.
{% set ratios = [
    ref('roas'), ref('ctr'), ref('conversion_rate'), ref('cac'), ref('cpc'), ref('impressions'),
    ref('budget_utilization'), ref('aov'), ref('ltv'), ref('ltv_mature'), ref('open_rate'),
] %}
{% set lifts = [ref('incrementality'), ref('holdout_lift'), ref('visit_lift'), ref('revenue_per_user_lift')] %}

with metrics as (
    {{ union_of_metrics({'ratio': ratios, 'lift': lifts, 'source': [ref('data_freshness')]}) }}
),

placed as (
    select *
    from metrics
    where day is null
    union all
    {{ daily_values('metrics', ref('metric_windows')) }}
)

select {{ with_completeness('p', 'c') }}
from placed as p
left join {{ ref('metric_completeness') }} as c
    on p.metric = c.metric and coalesce(cast(p.day as string), p.window_name) = c.covers
