-- One row per hour of receipt, type and source with losing copies.
select
    date_trunc('hour', received_at) as hour_at,
    event_type,
    source,
    cast(count(*) as bigint) as duplicate_count
from {{ ref('stg_duplicates') }}
where event_at <= {{ as_of() }}
group by date_trunc('hour', received_at), event_type, source
