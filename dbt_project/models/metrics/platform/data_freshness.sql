-- One row per metric and source (none: all events): how soon events of the last 24 hours could be read.
{% set figures = [
    ('data_freshness', 'a.p95_seconds / 60e0', 'cast(null as double)', 'cast(a.on_time_count as double)', 'minutes'),
    ('data_freshness_max', 'a.max_seconds / 60e0', 'cast(null as double)', 'cast(a.on_time_count as double)', 'minutes'),
    (
        'late_share', safe_divide('100 * a.late_count', 'a.on_time_count + a.late_count'),
        'cast(a.late_count as double)', 'cast(a.on_time_count + a.late_count as double)', '%',
    ),
] %}
{% for metric, value, numerator, denominator, unit in figures %}
select
    '{{ metric }}' as metric,
    '24h' as window_name,
    case when a.source is null then 'total' else 'source' end as grain,
    a.source,
    cast({{ value }} as double) as value,
    {{ numerator }} as numerator,
    {{ denominator }} as denominator,
    '{{ unit }}' as unit,
    case when {{ value }} is null then 'no {{ 'events' if unit == '%' else 'on-time events' }}' end as reason
from {{ ref('arrivals') }} as a
where a.grain = '24h'
{{ 'union all' if not loop.last }}
{% endfor %}
