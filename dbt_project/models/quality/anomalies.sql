-- One row per unusual hour or day of the last 30 days.
select
    anomaly_id,
    detected_for_at,
    grain,
    is_newest,
    metric_id,
    subject_type,
    subject,
    anomaly_type,
    severity,
    detector,
    expected_value,
    actual_value,
    deviation_pct,
    score,
    affected_records
from {{ ref('stg_anomalies') }}
