-- One row per window and group: 100 x (visitors treated / nT - visitors control / nC).
{% set tables = {
    'arms': ref('experiment_arms'),
    'intervals': ref('stg_lift_intervals'),
} %}
{{ lift_rows('visit_lift', tables) }}
