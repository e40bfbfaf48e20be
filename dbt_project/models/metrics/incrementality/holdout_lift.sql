-- One row per window and group: 100 x (T / nT - C / nC).
{% set tables = {
    'arms': ref('experiment_arms'),
    'intervals': ref('stg_lift_intervals'),
    'window_names': ref('metric_windows'),
} %}
{{ lift_rows('holdout_lift', tables) }}
