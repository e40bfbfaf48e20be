{#- The columns every reader of metrics gets, in their order, with their types. What this slice does not compute yet is
    null with its type. -#}
{% macro metric_value_columns() %}
    {{ return([
        ('metric', 'string'), ('window_name', 'string'), ('campaign_id', 'string'), ('segment', 'string'),
        ('creative_id', 'string'), ('day', 'date'), ('channel', 'string'), ('cohort', 'string'), ('period', 'string'),
        ('source', 'string'), ('model', 'string'), ('grain', 'string'), ('value', 'double'), ('numerator', 'double'),
        ('denominator', 'double'), ('unit', 'string'), ('ci_low', 'double'), ('ci_high', 'double'),
        ('p_value', 'double'), ('av_low', 'double'), ('av_high', 'double'), ('srm_p_value', 'double'),
        ('n_treated', 'bigint'), ('n_control', 'bigint'), ('contaminated', 'bigint'), ('power', 'double'),
        ('is_incomplete', 'boolean'), ('completeness_pct', 'double'), ('reason', 'string'), ('flags', 'string')
    ]) }}
{% endmacro %}

{#- A metric's rows widened to those columns; `shape` is ratio, lift or source (of what watches the platform itself). -#}
{% macro widened(rows, shape) %}
    {% set every = ['metric', 'window_name', 'grain', 'value', 'numerator', 'denominator', 'unit', 'reason'] %}
    {% set groups = ['campaign_id', 'creative_id', 'day', 'cohort'] %}
    {% set present = every + {
        'ratio': groups,
        'lift': groups + ['n_treated', 'n_control', 'contaminated', 'ci_low', 'ci_high', 'p_value', 'srm_p_value', 'flags'],
        'source': ['source'],
    }[shape] %}
    select
        {% for name, data_type in metric_value_columns() %}
        {{ 'r.' ~ name if name in present else 'cast(null as ' ~ data_type ~ ')' }} as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ rows }} as r
{% endmacro %}

{#- The rows of all metrics under each other. -#}
{% macro union_of_metrics(shapes) %}
    {% for shape, relations in shapes.items() %}
    {% set outer = loop %}
    {% for relation in relations %}
    {{ widened(relation, shape) }}
    {{ 'union all' if not (loop.last and outer.last) }}
    {% endfor %}
    {% endfor %}
{% endmacro %}

{#- The rows of single days, once for every window that contains the day. -#}
{% macro daily_values(metrics, windows) %}
    select
        {% for name, data_type in metric_value_columns() %}
        {{ 'w' if name == 'window_name' else 'm' }}.{{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ metrics }} as m
    inner join {{ windows }} as w on m.day >= w.start_date and m.day <= w.end_date
{% endmacro %}

{#- The columns of metric_values, with how complete the data behind each value is. -#}
{% macro with_completeness(rows, completeness) -%}
    {%- set computed = {
        'completeness_pct': completeness ~ '.completeness_pct',
        'is_incomplete': completeness ~ '.completeness_pct < 90e0 as is_incomplete',
    } -%}
    {%- for name, data_type in metric_value_columns() %}
    {{ computed.get(name, rows ~ '.' ~ name) }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
