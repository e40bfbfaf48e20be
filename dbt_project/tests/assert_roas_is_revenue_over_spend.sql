-- Every return shown is the revenue shown over the spend shown.
select *
from {{ ref('metric_values') }}
where
    metric = 'roas'
    and value is distinct from {{ safe_divide('numerator', 'denominator') }}
