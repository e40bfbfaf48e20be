-- One row per declared event type and property.
select
    event_type,
    latency_class,
    property,
    is_required
from {{ source('lake', 'contract') }}
