-- One row per metric, window and group. A day's value is computed once and shown in every window that contains the day.
{% set ratios = [
    ref('roas'), ref('ctr'), ref('conversion_rate'), ref('cac'), ref('cpc'), ref('impressions'),
    ref('budget_utilization'), ref('aov'), ref('ltv'), ref('ltv_mature'), ref('open_rate'),
] %}
{% set lifts = [ref('incrementality'), ref('holdout_lift'), ref('visit_lift'), ref('revenue_per_user_lift')] %}

with metrics as (
    {% for relation in ratios + lifts %}
    {{ widened(relation, relation in lifts) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select *
from metrics
where day is null
union all
select
    {% for name, data_type in metric_value_columns() %}
    {{ 'w' if name == 'window_name' else 'm' }}.{{ name }}{{ ',' if not loop.last }}
    {% endfor %}
from metrics as m
inner join {{ ref('metric_windows') }} as w on m.day >= w.start_date and m.day <= w.end_date
