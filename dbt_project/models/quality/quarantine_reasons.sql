-- One row per source, landing file and reason with refused lines.
select
    source,
    landing_file,
    reason,
    cast(sum(line_count) as bigint) as line_count
from {{ ref('stg_batch_ledger') }}
where outcome = 'quarantined'
group by source, landing_file, reason
having sum(line_count) <> 0
