-- How long events took from happening to being readable, by the event's own time: one row per grain (24h, day), source or
-- latency class (null: all). The only other scan of events, and only of the last 30 days.
with lags as (
    select
        e.event_at,
        e.event_date as day,
        e.source,
        coalesce(c.latency_class, 'behaviour') as latency_class,
        e.is_late,
        {{ seconds_between('e.available_at', 'e.event_at') }} as lag_seconds
    from {{ ref('stg_events') }} as e
    left join (select distinct event_type, latency_class from {{ ref('stg_contract') }}) as c on e.event_type = c.event_type
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
    select '24h' as grain, cast(null as date) as day, cast(null as string) as source, cast(null as string) as latency_class,
        {{ arrival() }}
    from newest
    union all
    select '24h', cast(null as date), source, cast(null as string), {{ arrival() }}
    from newest
    group by source
    union all
    select 'day', day, cast(null as string), cast(null as string), {{ arrival() }}
    from lags
    group by day
    union all
    select 'day', day, source, cast(null as string), {{ arrival() }}
    from lags
    group by day, source
    union all
    select 'class', cast(null as date), cast(null as string), latency_class, {{ arrival() }}
    from newest
    group by latency_class
)

select
    g.grain,
    g.day,
    g.source,
    g.latency_class,
    g.on_time_count,
    g.late_count,
    g.p95_seconds,
    g.max_seconds
from grains as g
