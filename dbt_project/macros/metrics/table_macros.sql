{#- Table macros for custom ranges, compiled from the formulas. Only DuckDB has them; elsewhere there are none. -#}

{#- The relations of a snapshot, as the formulas name them; a range is a window of one name. -#}
{% macro snapshot_relations() %}
    {% set days = '(select c.day from metric_days as c'
        ~ ' where c.day >= cast(date_from as date) and c.day <= cast(date_to as date))' %}
    {% set relations = {
        'windows': "(select 'custom' as window_name, r.day from " ~ days ~ ' as r)',
        'days': days,
        'window_names': "(select 'custom' as window_name)",
        'arms': 'metric_experiment_arms(date_from, date_to)',
    } %}
    {% for name in ('dim_campaigns', 'fct_campaign_days', 'fct_clicks', 'fct_conversions', 'fct_experiment_days',
        'fct_new_customers', 'fct_reach', 'fct_spend') %}
        {% do relations.update({name: name}) %}
    {% endfor %}
    {{ return(relations) }}
{% endmacro %}

{% macro table_macro_rows() %}
    {% if execute and target.type == 'duckdb' %}
    {% set relations = snapshot_relations() %}
    select
        'metric_experiment_arms' as macro_name,
        {{ table_macro('metric_experiment_arms', experiment_arms_rows(relations)) }} as create_sql,
        0 as creation_order
    {% for metric in windowed_metrics() %}
    union all
    select
        'metric_{{ metric }}' as macro_name,
        {{ table_macro('metric_' ~ metric, custom_rows(metric, relations)) }} as create_sql,
        {{ loop.index }} as creation_order
    {% endfor %}
    {% else %}
    select cast(null as string) as macro_name, cast(null as string) as create_sql, 0 as creation_order
    where false
    {% endif %}
{% endmacro %}

{#- Ids of the metrics that have windows, hence custom ranges. -#}
{% macro windowed_metrics() %}
    {% set found = [] %}
    {% for node in graph.nodes.values() if node.resource_type == 'model' and node.config.meta.get('metric') %}
        {% if not node.config.meta.get('fixed_window') %}{% do found.append(node.config.meta.metric) %}{% endif %}
    {% endfor %}
    {{ return(found | sort) }}
{% endmacro %}

{#- Whether a metric compares the arms of an experiment. -#}
{% macro is_lift(metric) %}
    {{ return('n_treated' in graph.nodes['model.' ~ project_name ~ '.' ~ metric].columns) }}
{% endmacro %}

{#- A metric's rows for the range, in the columns of metric_values; a day's row is of the custom window too. -#}
{% macro custom_rows(metric, relations) %}
    {% set lifts = is_lift(metric) %}
    {% set rows = lift_rows(metric, relations) if lifts else metric_rows(metric, relations) %}
    select * replace ('custom' as window_name) from ({{ widened('(' ~ rows ~ ')', 'lift' if lifts else 'ratio') }}) as v
{% endmacro %}

{#- The statement that creates a table macro, as a text literal. -#}
{% macro table_macro(name, query) -%}
    {%- set statement = 'create or replace macro ' ~ name ~ '(date_from, date_to) as table ' ~ query -%}
    '{{ modules.re.sub('\\s+', ' ', statement) | replace("'", "''") }}'
{%- endmacro %}
