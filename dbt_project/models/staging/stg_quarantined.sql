-- One row per refused line or row, without its text: what was refused may hold anything.
select
    split_part(landing_file, '/', 1) as source,
    landing_file,
    landing_line,
    reason,
    detail,
    quarantined_at
from {{ source('lake', 'quarantined') }}
