-- One row per latency class: how many of the last 24 hours' on-time events were available as soon as promised.
with classes as (
    select distinct
        event_type,
        latency_class
    from {{ ref('stg_contract') }}
),

lags as (
    select
        coalesce(c.latency_class, 'behaviour') as latency_class,
        {{ seconds_between('e.available_at', 'e.event_at') }} as lag_seconds
    from {{ ref('stg_events') }} as e
    left join classes as c on e.event_type = c.event_type
    where
        e.event_at > {{ as_of() }} - interval 24 hour
        and e.event_at <= {{ as_of() }}
        and e.available_at is not null
        and not e.is_late
),

promised as (
    select distinct
        latency_class,
        target_seconds,
        acceptable_seconds,
        grace_seconds
    from {{ ref('stg_contract') }}
),

measured as (
    select
        p.latency_class,
        p.target_seconds,
        p.acceptable_seconds,
        p.grace_seconds,
        cast(count(l.lag_seconds) as bigint) as event_count,
        cast(count(*) filter (where l.lag_seconds <= p.target_seconds) as bigint) as within_target_count,
        cast(count(*) filter (where l.lag_seconds <= p.acceptable_seconds) as bigint) as within_acceptable_count,
        percentile_cont(0.95e0) within group (order by l.lag_seconds asc) as p95_seconds
    from promised as p
    left join lags as l on p.latency_class = l.latency_class
    group by p.latency_class, p.target_seconds, p.acceptable_seconds, p.grace_seconds
)

select
    latency_class,
    target_seconds,
    acceptable_seconds,
    grace_seconds,
    event_count,
    {{ safe_divide('100 * within_target_count', 'event_count') }} as within_target_pct,
    {{ safe_divide('100 * within_acceptable_count', 'event_count') }} as within_acceptable_pct,
    cast(p95_seconds as double) as p95_seconds,
    case
        when event_count = 0 then 'no_events'
        when p95_seconds > grace_seconds then 'overdue'
        when within_acceptable_count < 0.99e0 * event_count then 'breached'
        when within_target_count < 0.95e0 * event_count then 'behind_target'
        else 'met'
    end as status
from measured
