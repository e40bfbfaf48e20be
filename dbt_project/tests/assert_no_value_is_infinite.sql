-- A ratio without a denominator is null; nothing shown is infinite or not a number.
select *
from {{ ref('metric_values') }}
where
    not (abs(value) <= 1.7e308)
    or (value is null and reason is null)
