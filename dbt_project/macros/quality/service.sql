{#- How soon events were available, and where a rate becomes an alert. -#}

{#- How the on-time events of some rows arrived, by the keys that say what a row is about; a percentile of nothing is
    null. -#}
{% macro arrival(lags, grain, keys) %}
    select
        '{{ grain }}' as grain,
        {{ 'day' if 'day' in keys else 'cast(null as date)' }} as day,
        {{ 'source' if 'source' in keys else 'cast(null as string)' }} as source,
        {{ 'latency_class' if 'latency_class' in keys else 'cast(null as string)' }} as latency_class,
        cast(count(*) filter (where not is_late) as bigint) as on_time_count,
        cast(count(*) filter (where is_late) as bigint) as late_count,
        percentile_cont(0.95e0) within group (order by case when not is_late then lag_seconds end asc) as p95_seconds,
        max(case when not is_late then lag_seconds end) as max_seconds
    from {{ lags }}
    {% if keys %}group by {{ keys | join(', ') }}{% endif %}
{% endmacro %}

{#- How bad a value is. Each metric of quality has limits in one direction; (severity, limit), worst first. -#}
{% macro quality_rules() %}
    {{ return({
        'ingestion_rate': {'unit': '%', 'target': 95, 'below': [('critical', 95)]},
        'validation_pass_rate': {'unit': '%', 'target': 95, 'below': [('critical', 95)]},
        'completeness': {'unit': '%', 'target': 90, 'below': [('warning', 90)]},
        'schema_compliance': {'unit': '%', 'target': 95, 'below': [('warning', 95)]},
        'duplicate_rate': {'unit': '%', 'target': 1, 'above': [('info', 1)]},
        'late_arrival_rate': {'unit': '%', 'target': 5, 'above': [('info', 5)]},
        'freshness_p95_minutes': {'unit': 'minutes', 'target': 5, 'above': [('critical', 60), ('warning', 15), ('info', 10)]},
        'within_target': {'unit': '%', 'target': 95, 'below': [('info', 95)]},
        'within_acceptable': {'unit': '%', 'target': 99, 'below': [('warning', 99)]},
        'events_a_day': {'unit': 'count', 'target': var('least_events_a_day', 0), 'below': [('warning', var('least_events_a_day', 0))]},
        'events_an_hour': {'unit': 'count', 'target': var('least_events_an_hour', 0), 'below': [('critical', var('least_events_an_hour', 0))]},
    }) }}
{% endmacro %}

{% macro by_metric(rules, attribute) %}
    case metric{% for name, rule in rules.items() %} when '{{ name }}' then {{ "'" ~ rule[attribute] ~ "'" if rule[attribute] is string else rule[attribute] ~ 'e0' }}{% endfor %} end
{% endmacro %}

{% macro severity_of(rules) %}
    case
        when value is null then 'ok'
        {% for name, rule in rules.items() %}
        {% for severity, limit in rule.get('below', []) %}
        when metric = '{{ name }}' and value < {{ limit }}e0 then '{{ severity }}'
        {% endfor %}
        {% for severity, limit in rule.get('above', []) %}
        when metric = '{{ name }}' and value > {{ limit }}e0 then '{{ severity }}'
        {% endfor %}
        {% endfor %}
        else 'ok'
    end
{% endmacro %}
