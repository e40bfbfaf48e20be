-- One row per day of the last 30, metric of quality and source (null: all), with the sums a rate is made of.
with arrived as (
    select
        cast(received_hour as date) as day,
        source,
        sum(late_count) as late_count,
        sum(event_count) as event_count
    from {{ ref('int_event_hours') }}
    where received_hour > {{ as_of() }} - interval 30 day and received_hour <= {{ as_of() }}
    group by cast(received_hour as date), source
),

rates as (
    {{ intake_rates(ref('intake'), 'day') }}
    union all
    select
        cast(hour_at as date) as day,
        'ingestion_rate' as metric,
        cast(null as string) as source,
        cast(sum(event_count) as double) as numerator,
        sum(expected_count) as denominator
    from {{ ref('event_expectations') }}
    where expected_count is not null and hour_at >= {{ hours_end() }} - interval 30 day
    group by cast(hour_at as date)
    union all
    select
        cast(hour_at as date) as day,
        'ingestion_rate' as metric,
        source,
        cast(sum(event_count) as double) as numerator,
        sum(expected_count) as denominator
    from {{ ref('event_volumes') }}
    where expected_count is not null
    group by cast(hour_at as date), source
    union all
    select
        day,
        'late_arrival_rate' as metric,
        source,
        cast(late_count as double) as numerator,
        cast(event_count as double) as denominator
    from arrived
    union all
    select
        day,
        'late_arrival_rate' as metric,
        cast(null as string) as source,
        cast(sum(late_count) as double) as numerator,
        cast(sum(event_count) as double) as denominator
    from arrived
    group by day
)

select
    day,
    metric,
    source,
    {{ safe_divide('100 * numerator', 'denominator') }} as value,
    numerator,
    denominator
from rates
union all
select
    day,
    'freshness_p95_minutes' as metric,
    source,
    cast(p95_seconds / 60e0 as double) as value,
    cast(null as double) as numerator,
    cast(on_time_count as double) as denominator
from {{ ref('arrivals') }}
where grain = 'day'
