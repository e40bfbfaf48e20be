{#- The event types each metric is computed from, as its meta declares them (`events`); metrics of tables alone have none. -#}
{% macro metric_event_types() %}
    {% set found = {} %}
    {% if execute %}
        {% for node in graph.nodes.values() if node.resource_type == 'model' and node.config.meta.get('events') %}
            {% do found.update({node.config.meta.metric: node.config.meta.events}) %}
        {% endfor %}
    {% endif %}
    {{ return(found) }}
{% endmacro %}

{#- The same as rows: metric, event_type. -#}
{% macro metric_type_rows() %}
    select cast(null as string) as metric, cast(null as string) as event_type
    where false
    {% for metric, event_types in metric_event_types().items() %}
    {% for event_type in event_types %}
    union all
    select '{{ metric }}' as metric, '{{ event_type }}' as event_type
    {% endfor %}
    {% endfor %}
{% endmacro %}
