-- One row per window and group: 100 x spend to date / budget.
{% set tables = {
    'dim_campaigns': ref('dim_campaigns'),
    'fct_spend': ref('fct_spend'),
} %}
{{ metric_rows('budget_utilization', tables) }}
