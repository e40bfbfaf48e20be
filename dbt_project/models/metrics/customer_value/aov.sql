-- One row per window and group: reported order value of conversions / distinct orders converted.
{% set tables = {
    'windows': ref('metric_window_days'),
    'window_names': ref('metric_windows'),
    'days': ref('metric_days'),
    'fct_conversions': ref('fct_conversions'),
} %}
{{ metric_rows('aov', tables) }}
