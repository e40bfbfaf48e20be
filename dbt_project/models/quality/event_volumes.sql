-- One row per whole hour of the last 30 days, event type and source; an hour without events has its row too.
with expected as (
    {{ expected_hours(ref('int_event_hours'), ['event_type', 'source']) }}
),

late as (
    select
        hour_at,
        event_type,
        source,
        sum(late_count) as late_count
    from {{ ref('int_event_hours') }}
    group by hour_at, event_type, source
),

hours as (
    select {{ hours_end() }} - (n.n + 1) * interval 1 hour as hour_at
    from ({{ counting(3) }}) as n
    where n.n < 720
),

kinds as (
    select
        event_type,
        source,
        min(hour_at) as first_at
    from {{ ref('int_event_hours') }}
    group by event_type, source
)

select
    h.hour_at,
    k.event_type,
    k.source,
    coalesce(e.event_count, 0) as event_count,
    case
        when e.hour_at is not null then e.expected_count
        when h.hour_at >= k.first_at + interval 28 day then 0e0
        else {{ configured_per_hour('k.event_type') }}
    end as expected_count,
    cast(coalesce(l.late_count, 0) as bigint) as late_count
from hours as h
inner join kinds as k on h.hour_at >= k.first_at
left join expected as e on h.hour_at = e.hour_at and k.event_type = e.event_type and k.source = e.source
left join late as l on h.hour_at = l.hour_at and k.event_type = l.event_type and k.source = l.source
