-- One row per window and day in it: a fact joined on its day lands in every window that contains it.
select
    w.window_name,
    d.day
from {{ ref('metric_windows') }} as w
inner join {{ ref('metric_days') }} as d on w.start_date <= d.day and w.end_date >= d.day
