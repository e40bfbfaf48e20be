-- The newest thousand refused lines, never their text.
with ranked as (
    select
        source,
        landing_file,
        landing_line,
        reason,
        detail,
        quarantined_at,
        row_number() over (order by quarantined_at desc, landing_file desc, landing_line desc) as recency
    from {{ ref('stg_quarantined') }}
)

select
    source,
    landing_file,
    landing_line,
    reason,
    detail,
    quarantined_at
from ranked
where recency <= 1000
