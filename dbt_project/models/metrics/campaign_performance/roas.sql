-- One row per window and group: reported order value of conversions / spend.
{% set tables = {
    'windows': ref('metric_window_days'),
    'window_names': ref('metric_windows'),
    'days': ref('metric_days'),
    'fct_conversions': ref('fct_conversions'),
    'fct_spend': ref('fct_spend'),
    'fct_campaign_days': ref('fct_campaign_days'),
} %}
{{ metric_rows('roas', tables) }}
