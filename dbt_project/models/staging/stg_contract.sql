-- One row per declared event type and property.
select
    event_type,
    latency_class,
    property,
    is_required,
    target_seconds,
    acceptable_seconds,
    grace_seconds
from {{ source('lake', 'contract') }}
