-- One row per window and group: net order value treated / nT - net order value control / nC.
{% set tables = {
    'arms': ref('experiment_arms'),
    'intervals': ref('stg_lift_intervals'),
} %}
{{ lift_rows('revenue_per_user_lift', tables) }}
