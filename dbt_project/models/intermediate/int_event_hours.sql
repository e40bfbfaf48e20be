-- One row per hour of the event, type, source and hour of receipt, up to `as_of`: the one scan of events that volumes,
-- rates and anomalies are built from. History without a receipt time counts as received when it happened.
select
    date_trunc('hour', event_at) as hour_at,
    event_type,
    source,
    date_trunc('hour', coalesce(received_at, event_at)) as received_hour,
    cast(count(*) as bigint) as event_count,
    cast(count(*) filter (where is_late) as bigint) as late_count
from {{ ref('stg_events') }}
where event_at <= {{ as_of() }}
group by
    date_trunc('hour', event_at),
    event_type,
    source,
    date_trunc('hour', coalesce(received_at, event_at))
