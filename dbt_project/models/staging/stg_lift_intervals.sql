-- One row per experiment metric, window and group.
select
    metric,
    window_name,
    campaign_id,
    creative_id,
    ci_low,
    ci_high,
    p_value,
    srm_p_value
from {{ source('results', 'lift_intervals') }}
