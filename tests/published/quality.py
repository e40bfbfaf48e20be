"""The tables about data quality of the test snapshot, with numbers easy to check and one hostile name."""

from datetime import datetime, timedelta

import duckdb

HOSTILE = "<img src=x onerror=alert(1)>"
HOURS = 24 * 14
TYPES = ("campaign_viewed", "user_purchased", HOSTILE)
TABLES = """
create table quality_metrics (metric varchar, source varchar, window_name varchar, value double, numerator double,
  denominator double, unit varchar, target double, severity varchar, reason varchar);
insert into quality_metrics values
  ('ingestion_rate', null, '24h', 93.2, 932, 1000, '%', 95, 'critical', null),
  ('ingestion_rate', 'mobile', '24h', 88.0, 528, 600, '%', 95, 'critical', null),
  ('ingestion_rate', 'backend', '24h', 101.0, 404, 400, '%', 95, 'ok', null),
  ('validation_pass_rate', null, '24h', 99.5, 995, 1000, '%', 95, 'ok', null),
  ('duplicate_rate', null, '24h', 1.4, 14, 1000, '%', 1, 'info', null),
  ('late_arrival_rate', null, '24h', 0.5, 5, 1000, '%', 5, 'ok', null),
  ('completeness', null, '24h', 89.0, 890, 1000, '%', 90, 'warning', null),
  ('schema_compliance', null, '24h', 99.8, 998, 1000, '%', 95, 'ok', null),
  ('freshness_p95_minutes', null, '24h', null, null, 0, 'minutes', 5, 'ok', 'nothing arrived');
create table quality_days (day date, metric varchar, source varchar, value double, numerator double,
  denominator double);
create table event_volumes (hour_at timestamp, event_type varchar, source varchar, event_count bigint,
  expected_count double, late_count bigint);
create table service_levels (latency_class varchar, target_seconds double, acceptable_seconds double,
  grace_seconds double, event_count bigint, within_target_pct double, within_acceptable_pct double, p95_seconds double,
  status varchar);
insert into service_levels values
  ('campaign', 60, 300, 3600, 800, 97.5, 99.9, 41, 'met'),
  ('behaviour', 300, 1800, 14400, 300, 80, 97, 2000, 'breached'),
  ('system', 60, 300, 3600, 0, null, null, null, 'no_events');
create table ledger (batch bigint, committed_at timestamp, source varchar, landing_file varchar, landed bigint,
  clean bigint, duplicate bigint, quarantined map(varchar, bigint), erased bigint, scrubbed bigint);
insert into ledger values
  (1, '2026-11-20 09:00', 'events', 'events/a.jsonl', 100, 90, 4, map {'bad_uuid': 5, 'too_old': 1}, 0, 3),
  (2, '2026-11-21 09:00', 'events', 'events/b.jsonl', 50, 47, 1, map {'bad_uuid': 1}, 1, 0),
  (2, '2026-11-21 09:00', 'orders', 'orders/a.csv', 20, 19, 0, map {}, 0, 0);
create table quarantine_reasons (source varchar, landing_file varchar, reason varchar, line_count bigint);
insert into quarantine_reasons values ('events', 'events/a.jsonl', 'bad_uuid', 5), ('events', 'events/b.jsonl',
  'bad_uuid', 1), ('events', 'events/a.jsonl', 'too_old', 1);
create table quarantined_lines (source varchar, landing_file varchar, landing_line bigint, reason varchar,
  detail varchar, quarantined_at timestamp);
create table unlisted_names (kind varchar, event_type varchar, name varchar, event_count bigint,
  first_seen_at timestamp, last_seen_at timestamp);
create table reconciliation (platform varchar, campaign_id varchar, report_date date, measure varchar, ours double,
  theirs double, difference_pct double, is_flagged boolean, reason varchar);
create table anomalies (anomaly_id varchar, detected_for_at timestamp, grain varchar, is_newest boolean,
  metric_id varchar, subject_type varchar, subject varchar, anomaly_type varchar, severity varchar, detector varchar,
  expected_value double, actual_value double, deviation_pct double, score double, affected_records bigint);
"""


def write_quality(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> None:
    """Write every table about data quality: two weeks of hours, each type with 10 events an hour, 12 expected."""
    connection.execute(TABLES)
    last = as_of.replace(tzinfo=None) - timedelta(hours=1)
    for name in TYPES:
        connection.execute(
            f"insert into event_volumes select ?::timestamp - to_hours(h::bigint), ?, 'mobile', 10, 12, 1"
            f" from range({HOURS}) as t(h)",
            [last, name],
        )
    connection.execute(
        "insert into quality_days select (?::date - d::integer), metric, null, 90 + d / 10, null, null"
        " from range(30) as t(d) cross join (select distinct metric from quality_metrics)",
        [last.date()],
    )
    connection.execute(
        "insert into quarantined_lines select 'events', 'events/a.jsonl', n + 1,"
        " case when n < 5 then 'bad_uuid' else 'too_old' end, ?, ? from range(6) as t(n)",
        [HOSTILE, last],
    )
    connection.execute(
        "insert into unlisted_names values ('event_type', ?, ?, 13, ?, ?),"
        " ('property', 'user_engaged', 'mood', 4, ?, ?)",
        [HOSTILE, HOSTILE, last, last, last, last],
    )
    campaign = "00000000-0000-4000-8000-000000000000"
    connection.execute(
        "insert into reconciliation values ('mail_service', ?, ?, 'clicks', 100, 90, 11.11, true, 'late'),"
        " ('mail_service', ?, ?, 'cost', 5, 5, 0, false, null), (?, ?, ?, 'impressions', null, 7, null, false,"
        " 'not_separable')",
        [campaign, last.date(), campaign, last.date(), HOSTILE, campaign, last.date()],
    )
    rows = (
        ("0a", 2, "event_volume", "event_type", "campaign_viewed", "spike", "warning", "robust_z", 12, 40),
        ("0b", 5, "event_volume", "event_type", "user_purchased", "zero_value", "critical", "zero", 9, 0),
        ("0c", 30, "event_volume", "source", "mobile", "drop", "info", "drop", 30, 18),
        ("0d", 48, "spend", "metric", HOSTILE, "spike", "info", "iqr", 0, 18),
    )
    for key, back, metric, kind, subject, anomaly, severity, detector, expected, actual in rows:
        deviation = 100 * (actual - expected) / expected if expected else None
        connection.execute(
            "insert into anomalies values (?, ?, 'hour', false, ?, ?, ?, ?, ?, ?, ?, ?, ?, 4.2, ?)",
            [
                f"{key}000000-0000-4000-8000-000000000000", last - timedelta(hours=back), metric, kind, subject,
                anomaly, severity, detector, expected, actual, deviation, abs(actual - expected),
            ],
        )  # fmt: skip
