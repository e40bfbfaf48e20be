-- One row per window and group: 100 x clicks / impressions.
{% set tables = {
    'windows': ref('metric_window_days'),
    'window_names': ref('metric_windows'),
    'days': ref('metric_days'),
    'fct_campaign_days': ref('fct_campaign_days'),
} %}
{{ metric_rows('ctr', tables) }}
