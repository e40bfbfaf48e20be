-- How long events took from happening to being readable, by the event's own time: one row per grain (24h, day), source
-- or latency class (null: all). The only other scan of events, and only of the last 30 days.
with classes as (
    select distinct
        event_type,
        latency_class
    from {{ ref('stg_contract') }}
),

lags as (
    select
        e.event_at,
        e.event_date as day,
        e.source,
        e.is_late,
        coalesce(c.latency_class, 'behaviour') as latency_class,
        {{ seconds_between('e.available_at', 'e.event_at') }} as lag_seconds
    from {{ ref('stg_events') }} as e
    left join classes as c on e.event_type = c.event_type
    where
        e.event_at > {{ as_of() }} - interval 30 day
        and e.event_at <= {{ as_of() }}
        and e.available_at is not null
),

newest as (
    select *
    from lags
    where event_at > {{ as_of() }} - interval 24 hour
),

grains as (
    {{ arrival('newest', '24h', []) }}
    union all
    {{ arrival('newest', '24h', ['source']) }}
    union all
    {{ arrival('lags', 'day', ['day']) }}
    union all
    {{ arrival('lags', 'day', ['day', 'source']) }}
    union all
    {{ arrival('newest', 'class', ['latency_class']) }}
)

select
    grain,
    day,
    source,
    latency_class,
    on_time_count,
    late_count,
    p95_seconds,
    max_seconds
from grains
