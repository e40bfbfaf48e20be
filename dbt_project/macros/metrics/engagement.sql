{#- The formulas of engagement; shape as in campaign_performance.sql. -#}

{#- Users with an open over users with a delivery, by e-mail and push; each user once above campaigns. -#}
{% macro metric_open_rate(tables, keys) %}
    select
        w.window_name{{ group_keys('r', keys) }},
        cast(count(distinct case when r.has_opened then r.user_id end) as double) as numerator,
        cast(count(distinct case when r.is_delivered then r.user_id end) as double) as denominator
    from {{ tables.windows }} as w
    inner join {{ tables.fct_reach }} as r on w.day = r.day
    group by w.window_name{{ group_keys('r', keys) }}
{% endmacro %}
