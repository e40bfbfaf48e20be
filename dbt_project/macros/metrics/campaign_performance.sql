{#-
    The formulas of campaign performance. Each takes the relations it reads (`windows`: window_name, day) and the keys of
    a grain, and gives one row per window and group: window_name, the keys, numerator, denominator (raw sums).
-#}

{#- Reported order value over spend. Without campaign or creative an order that several campaigns claim counts once. -#}
{% macro metric_roas(tables, keys) %}
    select
        r.window_name{{ group_keys('r', keys) }},
        {{ sum_stable('r.order_value') }} as numerator,
        {{ sum_stable('r.spend') }} as denominator
    from (
        select s.window_name{{ group_keys('s', keys) }}, cast(null as double) as order_value, s.spend
        from ({{ windowed_spend(tables, keys) }}) as s
        union all
        select w.window_name{{ group_keys('c', keys) }}, c.order_value, cast(null as double) as spend
        from {{ tables.windows }} as w
        inner join {{ tables.fct_conversions }} as c on w.day = c.day
        {% if not keys %}where c.is_first_claim{% endif %}
    ) as r
    group by r.window_name{{ group_keys('r', keys) }}
{% endmacro %}

{#- Clicks over impressions. -#}
{% macro metric_ctr(tables, keys) %}
    select
        w.window_name{{ group_keys('f', keys) }},
        cast(sum(f.clicks) as double) as numerator,
        cast(sum(f.impressions) as double) as denominator
    from {{ tables.windows }} as w
    inner join {{ tables.fct_campaign_days }} as f on w.day = f.day
    group by w.window_name{{ group_keys('f', keys) }}
{% endmacro %}

{#- Impressions; a count, hence no denominator. -#}
{% macro metric_impressions(tables, keys) %}
    select
        w.window_name{{ group_keys('f', keys) }},
        cast(sum(f.impressions) as double) as numerator,
        cast(null as double) as denominator
    from {{ tables.windows }} as w
    inner join {{ tables.fct_campaign_days }} as f on w.day = f.day
    group by w.window_name{{ group_keys('f', keys) }}
{% endmacro %}

{#- Spend over clicks. -#}
{% macro metric_cpc(tables, keys) %}
    select
        r.window_name{{ group_keys('r', keys) }},
        {{ sum_stable('r.spend') }} as numerator,
        cast(sum(r.clicks) as double) as denominator
    from (
        select s.window_name{{ group_keys('s', keys) }}, s.spend, 0 as clicks
        from ({{ windowed_spend(tables, keys) }}) as s
        union all
        select w.window_name{{ group_keys('f', keys) }}, cast(null as double) as spend, f.clicks
        from {{ tables.windows }} as w
        inner join {{ tables.fct_campaign_days }} as f on w.day = f.day
    ) as r
    group by r.window_name{{ group_keys('r', keys) }}
{% endmacro %}

{#- Users who clicked and converted in the same campaign at or after their first click, over users who clicked. -#}
{% macro metric_conversion_rate(tables, keys) %}
    {% set creative = ', c.creative_id' if 'creative_id' in keys else '' %}
    select
        f.window_name{{ group_keys('f', keys) }},
        cast(
            count(distinct case when l.last_conversion_at >= f.first_click_at then f.user_id end) as double
        ) as numerator,
        cast(count(distinct f.user_id) as double) as denominator
    from (
        select
            w.window_name, c.campaign_id{{ creative }}, c.user_id, min(c.clicked_at) as first_click_at
        from {{ tables.windows }} as w
        inner join {{ tables.fct_clicks }} as c on w.day = c.day
        group by w.window_name, c.campaign_id{{ creative }}, c.user_id
    ) as f
    left join (
        select w.window_name, v.campaign_id, v.user_id, max(v.converted_at) as last_conversion_at
        from {{ tables.windows }} as w
        inner join {{ tables.fct_conversions }} as v on w.day = v.day
        group by w.window_name, v.campaign_id, v.user_id
    ) as l on f.window_name = l.window_name and f.campaign_id = l.campaign_id and f.user_id = l.user_id
    group by f.window_name{{ group_keys('f', keys) }}
{% endmacro %}

{#- Spend over new customers, each counted once above campaigns. -#}
{% macro metric_cac(tables, keys) %}
    select
        r.window_name{{ group_keys('r', keys) }},
        {{ sum_stable('r.spend') }} as numerator,
        cast(count(distinct r.user_id) as double) as denominator
    from (
        select s.window_name{{ group_keys('s', keys) }}, s.spend, cast(null as string) as user_id
        from ({{ windowed_spend(tables, keys) }}) as s
        union all
        select w.window_name{{ group_keys('n', keys) }}, cast(null as double) as spend, n.user_id
        from {{ tables.windows }} as w
        inner join {{ tables.fct_new_customers }} as n on w.day = n.day
    ) as r
    group by r.window_name{{ group_keys('r', keys) }}
{% endmacro %}

{#- Spend to date over budget, of campaigns that run or ran. A campaign without a budget is in no sum above it. -#}
{% macro metric_budget_utilization(tables, keys) %}
    select
        'all' as window_name{{ group_keys('c', keys) }},
        {{ sum_stable('c.spend') }} as numerator,
        {{ sum_stable('c.budget') }} as denominator
    from (
        select d.campaign_id, d.budget, {{ sum_stable('s.cost') }} as spend
        from {{ tables.dim_campaigns }} as d
        left join {{ tables.fct_spend }} as s on d.campaign_id = s.campaign_id
        where d.status in ('active', 'completed'){% if not keys %} and d.budget > 0{% endif %}
        group by d.campaign_id, d.budget
    ) as c
    {% if keys %}group by c.campaign_id{% endif %}
{% endmacro %}
