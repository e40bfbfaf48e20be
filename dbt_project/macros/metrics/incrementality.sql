{#-
    The formulas of incrementality. `arms` holds the sufficient statistics of both arms per window, campaign and creative
    (null: the whole campaign; a creative's control is its campaign's). Above campaigns a value is a sum over the
    campaigns (or campaign-creative strata) that have both arms.
-#}

{% macro experiment_arms_rows(tables) %}
    with windowed as (
        select w.window_name, f.*
        from {{ tables.windows }} as w
        inner join {{ tables.fct_experiment_days }} as f on w.day = f.day
    ),

    campaigns as (
        select
            window_name, campaign_id,
            {{ arm_sums('treated') }},
            {{ arm_sums('control') }},
            cast(coalesce(sum(users) filter (where arm = 'contaminated'), 0) as bigint) as contaminated
        from windowed
        group by window_name, campaign_id
    ),

    creatives as (
        select window_name, campaign_id, creative_id, {{ arm_sums('treated') }}
        from windowed
        where arm = 'treated'
        group by window_name, campaign_id, creative_id
    ),

    arms as (
        select
            window_name, campaign_id, cast(null as string) as creative_id, n_treated, n_control,
            treated_buyers, control_buyers, treated_visitors, control_visitors,
            treated_revenue_usd, treated_revenue_sq, control_revenue_usd, control_revenue_sq, contaminated
        from campaigns
        union all
        select
            k.window_name, k.campaign_id, k.creative_id, k.n_treated, c.n_control,
            k.treated_buyers, c.control_buyers, k.treated_visitors, c.control_visitors,
            k.treated_revenue_usd, k.treated_revenue_sq, c.control_revenue_usd, c.control_revenue_sq, c.contaminated
        from creatives as k
        inner join campaigns as c on k.window_name = c.window_name and k.campaign_id = c.campaign_id
    )

    select a.*, coalesce(d.holdout_share, 0.1e0) as holdout_share
    from arms as a
    left join {{ tables.dim_campaigns }} as d on a.campaign_id = d.campaign_id
{% endmacro %}

{% macro arm_sums(arm) %}
    {% set only = "arm = '" ~ arm ~ "'" %}
    cast(coalesce(sum(users) filter (where {{ only }}), 0) as bigint) as n_{{ arm }},
    cast(coalesce(sum(buyers) filter (where {{ only }}), 0) as bigint) as {{ arm }}_buyers,
    cast(coalesce(sum(visitors) filter (where {{ only }}), 0) as bigint) as {{ arm }}_visitors,
    {{ sum_stable('revenue_usd', only) }} as {{ arm }}_revenue_usd,
    {{ sum_stable('revenue_sq', only) }} as {{ arm }}_revenue_sq
{% endmacro %}

{#- Percentage points more buyers among the treated. -#}
{% macro metric_holdout_lift(tables, keys) %}{{ lift(tables, keys, 'buyers', 'a.n_treated') }}{% endmacro %}

{#- Share of the treated buyers who would not have bought otherwise. -#}
{% macro metric_incrementality(tables, keys) %}{{ lift(tables, keys, 'buyers', 'a.treated_buyers') }}{% endmacro %}

{#- Percentage points more visitors among the treated. -#}
{% macro metric_visit_lift(tables, keys) %}{{ lift(tables, keys, 'visitors', 'a.n_treated') }}{% endmacro %}

{#- Net order value more per assigned user among the treated. -#}
{% macro metric_revenue_per_user_lift(tables, keys) %}{{ lift(tables, keys, 'revenue_usd', 'a.n_treated') }}{% endmacro %}

{#- What the treated did beyond the control scaled to their number, over `base`; and the sizes behind it. -#}
{% macro lift(tables, keys, outcome, base) %}
    {% set both = 'a.n_treated > 0 and a.n_control > 0' %}
    {% set counted = 'true' if 'campaign_id' in keys else both %}
    {% set extra -%}
        cast(a.treated_{{ outcome }} as double)
        - cast(a.control_{{ outcome }} as double) * cast(a.n_treated as double) / nullif(cast(a.n_control as double), 0e0)
    {%- endset %}
    select
        a.window_name{{ group_keys('a', keys) }},
        case when count(*) filter (where {{ both }}) > 0 then {{ sum_stable(extra, both) }} end as numerator,
        cast(sum({{ base }}) filter (where {{ both }}) as double) as denominator,
        cast(coalesce(sum(a.n_treated) filter (where {{ counted }}), 0) as bigint) as n_treated,
        cast(coalesce(sum(a.n_control) filter (where {{ counted }}), 0) as bigint) as n_control,
        cast(coalesce(sum(a.contaminated) filter (where {{ counted }}), 0) as bigint) as contaminated
    from {{ tables.arms }} as a
    where a.creative_id is {{ 'not null' if 'creative_id' in keys else 'null' }}
    group by a.window_name{{ group_keys('a', keys) }}
{% endmacro %}
