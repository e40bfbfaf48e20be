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
