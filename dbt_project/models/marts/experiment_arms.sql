-- One row per window, campaign and creative (null: the whole campaign): the sufficient statistics of each arm.
{% set tables = {'windows': ref('metric_window_days'), 'fct_experiment_days': ref('fct_experiment_days'),
    'dim_campaigns': ref('dim_campaigns')} %}
{{ experiment_arms_rows(tables) }}
