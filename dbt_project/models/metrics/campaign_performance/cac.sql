-- One row per window and group: spend / new customers.
{% set tables = {
    'windows': ref('metric_window_days'),
    'window_names': ref('metric_windows'),
    'days': ref('metric_days'),
    'fct_spend': ref('fct_spend'),
    'fct_new_customers': ref('fct_new_customers'),
} %}
{{ metric_rows('cac', tables) }}
