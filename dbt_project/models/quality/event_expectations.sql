-- One row per whole hour and event type that has events, or should have.
{{ expected_hours(ref('int_event_hours'), ['event_type']) }}
