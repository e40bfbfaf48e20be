-- One row per copy of an event that did not win.
select
    event_type,
    source,
    event_at,
    coalesce(received_at, event_at) as received_at
from {{ source('lake', 'duplicates') }}
