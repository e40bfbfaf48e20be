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

select
    {% for name, data_type in metric_value_columns() %}
    {% if name == 'completeness_pct' %}
    c.completeness_pct{{ ',' if not loop.last }}
    {% elif name == 'is_incomplete' %}
    c.completeness_pct < 90 as is_incomplete{{ ',' if not loop.last }}
    {% else %}
    p.{{ name }}{{ ',' if not loop.last }}
    {% endif %}
    {% endfor %}
from placed as p
left join {{ ref('metric_completeness') }} as c
    on p.metric = c.metric and coalesce(cast(p.day as string), p.window_name) = c.covers
