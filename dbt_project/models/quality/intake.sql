-- One row per grain (24h: up to the newest batch; day: the day of the batch) and source (null: the event stream; else a
-- reference table) with what became of the lines that landed. The ledger knows no event times: time is that of intake.
with newest as (
    select max(committed_at) as newest_at
    from {{ ref('stg_batch_ledger') }}
),

required as (
    select distinct property
    from {{ ref('stg_contract') }}
    where is_required
),

-- Lines refused because something they must have is absent or of no use.
lacking as (
    select
        q.quarantined_at as committed_at,
        q.source,
        'lacking' as outcome,
        cast(null as string) as reason,
        count(*) as line_count
    from {{ ref('stg_quarantined') }} as q
    where
        q.reason = 'missing_id'
        or exists (
            select 1
            from required as r
            where q.reason = 'bad_property' and ', ' || q.detail || ',' like '%, ' || r.property || ',%'
        )
    group by q.quarantined_at, q.source
),

lines as (
    select
        committed_at,
        source,
        outcome,
        reason,
        line_count
    from {{ ref('stg_batch_ledger') }}
    union all
    select
        committed_at,
        source,
        outcome,
        reason,
        line_count
    from lacking
),

grains as (
    select
        '24h' as grain,
        cast(null as date) as day,
        l.*
    from lines as l
    cross join newest as n
    where l.committed_at > n.newest_at - interval 24 hour
    union all
    select
        'day' as grain,
        cast(l.committed_at as date) as day,
        l.*
    from lines as l
    cross join newest as n
    where l.committed_at > n.newest_at - interval 30 day
)

select
    grain,
    day,
    nullif(source, 'events') as source,
    cast(coalesce(sum(line_count) filter (where outcome = 'landed'), 0) as double) as landed,
    cast(coalesce(sum(line_count) filter (where outcome = 'duplicate'), 0) as double) as duplicate,
    cast(coalesce(sum(line_count) filter (where outcome = 'quarantined'), 0) as double) as quarantined,
    cast(coalesce(sum(line_count) filter (where outcome = 'lacking'), 0) as double) as lacking,
    -- A clock that is wrong, or a line that is too old, is no breach of the schema.
    cast(coalesce(sum(line_count) filter (
        where outcome = 'quarantined' and reason not in ('future_timestamp', 'too_old')
    ), 0) as double) as misshapen
from grains
group by grain, day, source
