-- One row per window and group: spend / clicks.
{% set tables = {
    'windows': ref('metric_window_days'),
    'window_names': ref('metric_windows'),
    'days': ref('metric_days'),
    'fct_spend': ref('fct_spend'),
    'fct_campaign_days': ref('fct_campaign_days'),
} %}
{{ metric_rows('cpc', tables) }}
