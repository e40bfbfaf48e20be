{#- The formulas of customer value; shape as in campaign_performance.sql. -#}

{#- Reported order value over distinct orders converted. Without a campaign an order claimed by several counts once. -#}
{% macro metric_aov(tables, keys) %}
    select
        w.window_name{{ group_keys('c', keys) }},
        {{ sum_stable('c.order_value') }} as numerator,
        cast(count(distinct c.order_id) as double) as denominator
    from {{ tables.windows }} as w
    inner join {{ tables.fct_conversions }} as c on w.day = c.day
    {% if not keys %}where c.is_first_claim{% endif %}
    group by w.window_name{{ group_keys('c', keys) }}
{% endmacro %}

{#- Revenue of the first 365 days over customers. -#}
{% macro metric_ltv(tables, keys) %}{{ customer_value(tables, keys, 'true') }}{% endmacro %}

{#- The same over customers whose 365 days have passed. -#}
{% macro metric_ltv_mature(tables, keys) %}{{ customer_value(tables, keys, 'v.is_mature') }}{% endmacro %}

{% macro customer_value(tables, keys, condition) %}
    select
        'all' as window_name{{ group_keys('v', keys) }},
        {{ sum_stable('v.revenue_365d') }} as numerator,
        cast(count(*) as double) as denominator
    from {{ tables.fct_customer_value }} as v
    where {{ condition }}
    {% if keys %}group by {{ group_keys('v', keys)[2:] }}{% endif %}
{% endmacro %}
