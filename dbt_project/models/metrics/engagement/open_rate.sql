-- One row per window and group: 100 x users with an open / users with a delivery, e-mail and push.
{% set tables = {
    'windows': ref('metric_window_days'),
    'window_names': ref('metric_windows'),
    'days': ref('metric_days'),
    'fct_reach': ref('fct_reach'),
} %}
{{ metric_rows('open_rate', tables) }}
