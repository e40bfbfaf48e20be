-- One row per window and group: 100 x clickers who converted after their first click / clickers.
{% set tables = {
    'windows': ref('metric_window_days'),
    'window_names': ref('metric_windows'),
    'days': ref('metric_days'),
    'fct_clicks': ref('fct_clicks'),
    'fct_conversions': ref('fct_conversions'),
} %}
{{ metric_rows('conversion_rate', tables) }}
