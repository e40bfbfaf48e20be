{#- What watches the platform itself: metric, window, source, value, numerator, denominator, unit, reason. -#}

{#- How soon events could be read, from the rows of `arrivals`: 95th percentile, slowest, share of late ones. -#}
{% macro freshness_rows(arrivals) %}
    {% set events = 'a.on_time_count + a.late_count' %}
    {% set figures = [
        ('data_freshness', 'a.p95_seconds / 60e0', 'cast(null as double)', 'a.on_time_count', 'minutes', 'on-time events'),
        ('data_freshness_max', 'a.max_seconds / 60e0', 'cast(null as double)', 'a.on_time_count', 'minutes', 'on-time events'),
        ('late_share', safe_divide('100 * a.late_count', events), 'cast(a.late_count as double)', events, '%', 'events'),
    ] %}
    {% for metric, value, numerator, denominator, unit, missing in figures %}
    select
        '{{ metric }}' as metric,
        '24h' as window_name,
        case when a.source is null then 'total' else 'source' end as grain,
        a.source,
        cast({{ value }} as double) as value,
        {{ numerator }} as numerator,
        cast({{ denominator }} as double) as denominator,
        '{{ unit }}' as unit,
        case when {{ value }} is null then 'no {{ missing }}' end as reason
    from {{ arrivals }} as a
    where a.grain = '24h'
    {{ 'union all' if not loop.last }}
    {% endfor %}
{% endmacro %}
