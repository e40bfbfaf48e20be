{#- Helpers of the formulas: which columns a grain groups by, and the rows of a window. -#}

{#- `, f.campaign_id, f.creative_id` for the grain's keys; nothing for the total. -#}
{% macro group_keys(alias, keys) -%}
    {% for key in keys %}, {{ alias }}.{{ key }}{% endfor %}
{%- endmacro %}

{#- ` and a.campaign_id = b.campaign_id` for the grain's keys. -#}
{% macro same_keys(left, right, keys) -%}
    {% for key in keys %} and {{ left }}.{{ key }} = {{ right }}.{{ key }}{% endfor %}
{%- endmacro %}

{#- Spend of each window by the grain's keys. At creative grain a campaign's spend without a creative is shared by the
    creatives' impressions in the window; without impressions it is nobody's. -#}
{% macro windowed_spend(tables, keys) %}
    {% if 'creative_id' in keys %}
    select window_name{{ group_keys('a', keys) }}, a.spend
    from ({{ spend_by_creative(tables) }}) as a
    {% else %}
    select w.window_name{{ group_keys('s', keys) }}, s.cost as spend
    from {{ tables.windows }} as w
    inner join {{ tables.fct_spend }} as s on w.day = s.day
    {% endif %}
{% endmacro %}

{% macro spend_by_creative(tables) %}
    with spent as (
        select w.window_name, s.campaign_id, s.creative_id, {{ sum_stable('s.cost') }} as spend
        from {{ tables.windows }} as w
        inner join {{ tables.fct_spend }} as s on w.day = s.day
        group by w.window_name, s.campaign_id, s.creative_id
    ),

    seen as (
        select w.window_name, f.campaign_id, f.creative_id, cast(sum(f.impressions) as double) as impressions
        from {{ tables.windows }} as w
        inner join {{ tables.fct_campaign_days }} as f on w.day = f.day
        where f.impressions > 0
        group by w.window_name, f.campaign_id, f.creative_id
    ),

    shares as (
        select
            window_name, campaign_id, creative_id,
            impressions / sum(impressions) over (partition by window_name, campaign_id) as share_of_impressions
        from seen
    )

    select window_name, campaign_id, creative_id, spend
    from spent
    where creative_id is not null
    union all
    select
        spent.window_name, spent.campaign_id,
        coalesce(shares.creative_id, 'unknown') as creative_id,
        spent.spend * coalesce(shares.share_of_impressions, 1e0) as spend
    from spent
    left join shares on spent.window_name = shares.window_name and spent.campaign_id = shares.campaign_id
    where spent.creative_id is null
{% endmacro %}
