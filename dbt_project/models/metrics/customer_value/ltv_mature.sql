-- One row per window and group: net revenue of the first 365 days / customers with an order and 365 days behind them.
{% set tables = {
    'fct_customer_value': ref('fct_customer_value'),
} %}
{{ metric_rows('ltv_mature', tables) }}
