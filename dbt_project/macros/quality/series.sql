{#- Rows day, metric_id, value, support of (metric, expression, number of events behind it). -#}
{% macro daily_figures(relation, figures) %}
    {% for metric, value, support in figures %}
    select day, '{{ metric }}' as metric_id, {{ value }} as value, {{ support }} as support
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
{% endmacro %}
