-- One row per day and daily figure that is watched for anomalies: the metrics' own formulas, a day at a time. `support`
-- is the number of events behind a value, which decides how much of its movement is chance.
{% set tables = {
    'windows': '(select cast(d.day as string) as window_name, d.day from ' ~ ref('metric_days') ~ ' as d)',
    'fct_campaign_days': ref('fct_campaign_days'),
    'fct_conversions': ref('fct_conversions'),
    'fct_spend': ref('fct_spend'),
} %}
with roas as ({{ metric_roas(tables, []) }}),

ctr as ({{ metric_ctr(tables, []) }}),

aov as ({{ metric_aov(tables, []) }}),

days as (
    select
        d.day,
        coalesce(roas.numerator, 0e0) as revenue,
        coalesce(roas.denominator, 0e0) as spend,
        coalesce(ctr.numerator, 0e0) as clicks,
        coalesce(ctr.denominator, 0e0) as impressions,
        coalesce(aov.denominator, 0e0) as conversions
    from {{ ref('metric_days') }} as d
    left join roas on cast(d.day as string) = roas.window_name
    left join ctr on cast(d.day as string) = ctr.window_name
    left join aov on cast(d.day as string) = aov.window_name
),

orders as (
    select
        ordered_date as day,
        {{ sum_stable('net_value') }} as order_value,
        cast(count(*) as double) as orders
    from {{ ref('int_orders') }}
    group by ordered_date
),

series as (
    {{ daily_figures('days', [
        ('revenue', 'revenue', 'conversions'),
        ('spend', 'spend', 'impressions'),
        ('clicks', 'clicks', 'clicks'),
        ('impressions', 'impressions', 'impressions'),
        ('conversions', 'conversions', 'conversions'),
        ('ctr', safe_divide('100 * clicks', 'impressions'), 'clicks'),
        ('cpc', safe_divide('spend', 'clicks'), 'clicks'),
        ('roas', safe_divide('revenue', 'spend'), 'conversions'),
        ('aov', safe_divide('revenue', 'conversions'), 'conversions'),
    ]) }}
    union all
    {{ daily_figures('orders', [('orders', 'orders', 'orders'), ('order_value', 'order_value', 'orders')]) }}
)

select
    day,
    metric_id,
    value,
    support
from series
where value is not null
