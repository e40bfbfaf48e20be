-- One row per window and group: number of received views.
{% set tables = {
    'windows': ref('metric_window_days'),
    'window_names': ref('metric_windows'),
    'days': ref('metric_days'),
    'fct_campaign_days': ref('fct_campaign_days'),
} %}
{{ metric_rows('impressions', tables) }}
