-- One row per metric of quality and source (null: all) over the last 24 hours, judged by its limits.
{% set rules = quality_rules() %}
with expected as (
    select
        cast(null as string) as source,
        hour_at,
        event_count,
        expected_count
    from {{ ref('event_expectations') }}
    union all
    select
        source,
        hour_at,
        event_count,
        expected_count
    from {{ ref('event_volumes') }}
),

arrived as (
    select
        source,
        sum(late_count) as late_count,
        sum(event_count) as event_count
    from {{ ref('int_event_hours') }}
    where received_hour >= {{ hours_end() }} - interval 24 hour and received_hour <= {{ as_of() }}
    group by source
),

rates as (
    {{ intake_rates(ref('intake'), '24h') }}
    union all
    select
        cast(null as date) as day,
        'ingestion_rate' as metric,
        source,
        cast(sum(event_count) filter (where expected_count is not null) as double) as numerator,
        sum(expected_count) as denominator
    from expected
    where hour_at >= {{ hours_end() }} - interval 24 hour
    group by source
    union all
    select
        cast(null as date) as day,
        'late_arrival_rate' as metric,
        source,
        cast(late_count as double) as numerator,
        cast(event_count as double) as denominator
    from arrived
    union all
    select
        cast(null as date) as day,
        'late_arrival_rate' as metric,
        cast(null as string) as source,
        cast(sum(late_count) as double) as numerator,
        cast(sum(event_count) as double) as denominator
    from arrived
    having sum(event_count) > 0
),

measured as (
    select
        metric,
        source,
        -- What nobody can expect yet counts as complete.
        case
            when metric = 'ingestion_rate' and coalesce(denominator, 0e0) = 0 then 100e0
            else {{ safe_divide('100 * numerator', 'denominator') }}
        end as value,
        numerator,
        denominator
    from rates
    union all
    select
        'freshness_p95_minutes' as metric,
        source,
        cast(p95_seconds / 60e0 as double) as value,
        cast(null as double) as numerator,
        cast(on_time_count as double) as denominator
    from {{ ref('arrivals') }}
    where grain = '24h'
    union all
    select
        'within_target' as metric,
        latency_class as source,
        within_target_pct as value,
        within_target_pct * event_count / 100e0 as numerator,
        cast(event_count as double) as denominator
    from {{ ref('service_levels') }}
    union all
    select
        'within_acceptable' as metric,
        latency_class as source,
        within_acceptable_pct as value,
        within_acceptable_pct * event_count / 100e0 as numerator,
        cast(event_count as double) as denominator
    from {{ ref('service_levels') }}
    union all
    select
        'events_a_day' as metric,
        cast(null as string) as source,
        cast(sum(event_count) as double) as value,
        cast(sum(event_count) as double) as numerator,
        cast(null as double) as denominator
    from {{ ref('event_expectations') }}
    where hour_at >= {{ hours_end() }} - interval 24 hour
    having count(*) > 0
    union all
    select
        'events_an_hour' as metric,
        cast(null as string) as source,
        cast(sum(event_count) as double) as value,
        cast(sum(event_count) as double) as numerator,
        cast(null as double) as denominator
    from {{ ref('event_expectations') }}
    where hour_at >= {{ hours_end() }} - interval 1 hour
    having count(*) > 0
)

select
    metric,
    source,
    '24h' as window_name,
    cast(value as double) as value,
    cast(numerator as double) as numerator,
    cast(denominator as double) as denominator,
    {{ by_metric(rules, 'unit') }} as unit,
    {{ by_metric(rules, 'target') }} as target,
    {{ severity_of(rules) }} as severity,
    case
        when metric = 'ingestion_rate' and coalesce(denominator, 0e0) = 0 then 'no four weeks of history yet'
        when value is null then 'nothing arrived'
    end as reason
from measured
