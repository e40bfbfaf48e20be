{#- Table macros for custom ranges, compiled from the formulas. -#}

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
    select * replace ('custom' as window_name) from ({{ widened('(' ~ rows ~ ')', lifts) }}) as v
{% endmacro %}

{#- The statement that creates a table macro, as a text literal. -#}
{% macro table_macro(name, query) -%}
    {%- set statement = 'create or replace macro ' ~ name ~ '(date_from, date_to) as table ' ~ query -%}
    '{{ modules.re.sub('\\s+', ' ', statement) | replace("'", "''") }}'
{%- endmacro %}
