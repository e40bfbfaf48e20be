-- One row per metric and what a value covers (a window, or a day as text): events seen as a share of events expected,
-- over the whole hours whose expectation is known. Unknown history counts as complete; more than expected is complete.
with days as (
    select
        cast(hour_at as date) as day,
        event_type,
        cast(sum(event_count) as double) as event_count,
        sum(expected_count) as expected_count
    from {{ ref('event_expectations') }}
    where expected_count is not null
    group by cast(hour_at as date), event_type
),

types as (
    {{ metric_type_rows() }}
),

known_days as (
    select distinct day
    from days
),

-- A day belongs to itself and to every window that holds it.
covered as (
    select
        w.window_name as covers,
        d.day
    from {{ ref('metric_windows') }} as w
    inner join known_days as d on w.start_date <= d.day and w.end_date >= d.day
    union all
    select
        cast(day as string) as covers,
        day
    from {{ ref('metric_days') }}
),

wanted as (
    select
        t.metric,
        w.window_name as covers
    from types as t
    cross join {{ ref('metric_windows') }} as w
    union
    select
        t.metric,
        cast(d.day as string) as covers
    from types as t
    cross join {{ ref('metric_days') }} as d
),

summed as (
    select
        t.metric,
        c.covers,
        sum(d.event_count) as event_count,
        sum(d.expected_count) as expected_count
    from types as t
    inner join days as d on t.event_type = d.event_type
    inner join covered as c on d.day = c.day
    group by t.metric, c.covers
),

counted as (
    select
        w.metric,
        w.covers,
        s.event_count,
        s.expected_count
    from wanted as w
    left join summed as s on w.metric = s.metric and w.covers = s.covers
)

select
    metric,
    covers,
    case
        when coalesce(expected_count, 0e0) = 0 then 100e0
        else least(100e0, {{ safe_divide('100 * event_count', 'expected_count') }})
    end as completeness_pct
from counted
