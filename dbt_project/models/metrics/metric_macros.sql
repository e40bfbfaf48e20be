-- One row per table macro that a snapshot carries for custom date ranges: the same formulas over the served facts, whose
-- names are unqualified there. Only DuckDB has table macros; another engine builds this table empty.

{% set relations = {
    'windows': "(select 'custom' as window_name, c.day from metric_days as c where c.day between cast(date_from as date) and cast(date_to as date))",
    'days': '(select c.day from metric_days as c where c.day between cast(date_from as date) and cast(date_to as date))',
    'window_names': "(select 'custom' as window_name)",
    'fct_campaign_days': 'fct_campaign_days', 'fct_clicks': 'fct_clicks', 'fct_conversions': 'fct_conversions',
    'fct_experiment_days': 'fct_experiment_days', 'fct_new_customers': 'fct_new_customers', 'fct_reach': 'fct_reach',
    'fct_spend': 'fct_spend', 'dim_campaigns': 'dim_campaigns', 'arms': 'metric_experiment_arms(date_from, date_to)',
} %}

with macros as (
    {% if execute and target.type == 'duckdb' %}
    select
        'metric_experiment_arms' as macro_name,
        {{ table_macro('metric_experiment_arms', experiment_arms_rows(relations)) }} as create_sql,
        0 as position
    {% for metric in windowed_metrics() %}
    union all
    select
        'metric_{{ metric }}' as macro_name,
        {{ table_macro('metric_' ~ metric, custom_rows(metric, relations)) }} as create_sql,
        {{ loop.index }} as position
    {% endfor %}
    {% else %}
    select cast(null as string) as macro_name, cast(null as string) as create_sql, 0 as position where false
    {% endif %}
)

select macro_name, create_sql, position
from macros
