-- One row per batch, landing file, outcome and reason.
select
    batch_id,
    committed_at,
    source,
    landing_file,
    outcome,
    reason,
    line_count
from {{ source('lake', 'batch_ledger') }}
