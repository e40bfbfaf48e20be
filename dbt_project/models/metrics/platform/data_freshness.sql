-- One row per metric and source (none: all events): how soon events of the last 24 hours could be read.
{{ freshness_rows(ref('arrivals')) }}
