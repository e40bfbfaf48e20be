{#-
    From a formula to a metric's rows. Name, unit, scale and grains come from the metric's `meta` in its YAML, which is
    their only declaration; the same macros make the metric models and the table macros of custom ranges.
-#}

{% macro metric_meta(metric) %}
    {{ return(graph.nodes['model.' ~ project_name ~ '.' ~ metric].config.meta) }}
{% endmacro %}

{#- The grains of a metric as (name, columns grouped by, by day), the total first. -#}
{% macro metric_grains(meta) %}
    {% set columns = {'campaign': 'campaign_id', 'creative': 'creative_id', 'cohort': 'cohort'} %}
    {% set grains = [{'name': 'total', 'by': [], 'by_day': false}] if meta.get('has_total', true) else [] %}
    {% for grain in meta.grains if grain != 'day' %}
        {% do grains.append({'name': grain, 'by': [columns[grain]], 'by_day': false}) %}
    {% endfor %}
    {% if 'campaign' in meta.grains and 'creative' in meta.grains %}
        {% do grains.append({'name': 'campaign,creative', 'by': ['campaign_id', 'creative_id'], 'by_day': false}) %}
    {% endif %}
    {% if 'day' in meta.grains %}
        {% do grains.append({'name': 'day', 'by': [], 'by_day': true}) %}
        {% do grains.append({'name': 'campaign,day', 'by': ['campaign_id'], 'by_day': true}) %}
    {% endif %}
    {{ return(grains) }}
{% endmacro %}

{#- A formula's rows at one grain, in the columns every grain shares. A total exists for every window asked for. -#}
{% macro grain_rows(metric, tables, grain, sizes) %}
    {% set day_windows = '(select cast(d.day as string) as window_name, d.day from ' ~ tables.days ~ ' as d)' %}
    {% set read = dict(tables, windows=day_windows) if grain.by_day else tables %}
    {% set formula = context['metric_' ~ metric](read, grain.by) %}
    {% set every_window = grain.name == 'total' and tables.window_names %}
    select
        {% if every_window %}n.window_name{% elif grain.by_day %}'day'{% else %}f.window_name{% endif %} as window_name,
        '{{ grain.name }}' as grain,
        {% for key in ('campaign_id', 'creative_id', 'cohort') %}
        {{ 'f.' ~ key if key in grain.by else 'cast(null as string)' }} as {{ key }},
        {% endfor %}
        {{ 'cast(f.window_name as date)' if grain.by_day else 'cast(null as date)' }} as day,
        {% for size in sizes %}
        f.{{ size }},
        {% endfor %}
        f.numerator,
        f.denominator
    {% if every_window %}
    from {{ tables.window_names }} as n
    left join ({{ formula }}) as f on n.window_name = f.window_name
    {% else %}
    from ({{ formula }}) as f
    {% endif %}
{% endmacro %}

{% macro union_of_grains(metric, tables, meta, sizes=[]) %}
    {% for grain in metric_grains(meta) %}
    {{ grain_rows(metric, tables, grain, sizes) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
{% endmacro %}

{#- The rows of a ratio (or, where `meta.denominator` is absent, of a count). -#}
{% macro metric_rows(metric, tables) %}
    {% if execute %}
    {% set meta = metric_meta(metric) %}
    {% set ratio = meta.get('denominator') %}
    {% set value %}{{ safe_divide('r.scale * r.numerator', 'r.denominator') }}{% endset %}
    select
        '{{ metric }}' as metric,
        r.window_name, r.grain, r.campaign_id, r.creative_id, r.day, r.cohort,
        {{ value if ratio else 'r.numerator' }} as value,
        r.numerator,
        {{ 'r.denominator' if ratio else 'cast(null as double)' }} as denominator,
        '{{ meta.unit }}' as unit,
        {% if ratio %}
        case when r.denominator = 0 then 'no {{ ratio }}' end as reason
        {% else %}
        cast(null as string) as reason
        {% endif %}
    from (
        select
            u.window_name, u.grain, u.campaign_id, u.creative_id, u.day, u.cohort,
            coalesce(u.numerator, 0e0) as numerator,
            coalesce(u.denominator, 0e0) as denominator,
            cast({{ meta.get('scale', 1) }} as double) as scale
        from ({{ union_of_grains(metric, tables, meta) }}) as u
    ) as r
    {% else %}select 1 as parsed{% endif %}
{% endmacro %}

{#- The rows of an experiment metric: a ratio with the sizes of its arms and, where `tables.intervals` is given, the
    interval and p-values that Python computed from the same arms. -#}
{% macro lift_rows(metric, tables) %}
    {% if execute %}
    {% set meta = metric_meta(metric) %}
    {% set sizes = ['n_treated', 'n_control', 'contaminated'] %}
    {% set computed = ['ci_low', 'ci_high', 'p_value', 'srm_p_value'] %}
    select
        '{{ metric }}' as metric,
        r.window_name, r.grain, r.campaign_id, r.creative_id, r.day, r.cohort,
        {{ safe_divide(meta.get('scale', 1) ~ ' * r.numerator', 'r.denominator') }} as value,
        r.numerator,
        r.denominator,
        '{{ meta.unit }}' as unit,
        case
            when r.numerator is null and r.grain in ('total', 'creative') then 'no campaign with both groups'
            when r.n_treated = 0 then 'no treated users'
            when r.n_control = 0 then 'no control group'
            when r.denominator = 0 then 'no {{ meta.denominator }}'
        end as reason,
        {% for size in sizes %}
        coalesce(r.{{ size }}, 0) as {{ size }},
        {% endfor %}
        {% for column in computed %}
        {{ 'i.' ~ column if tables.intervals else 'cast(null as double)' }} as {{ column }},
        {% endfor %}
        case when r.numerator is not null and (r.n_treated < 100 or r.n_control < 100) then 'small_group' end as flags
    from ({{ union_of_grains(metric, tables, meta, sizes) }}) as r
    {% if tables.intervals %}
    left join (select * from {{ tables.intervals }} where metric = '{{ metric }}') as i
        on
            r.window_name = i.window_name
            and coalesce(r.campaign_id, '') = coalesce(i.campaign_id, '')
            and coalesce(r.creative_id, '') = coalesce(i.creative_id, '')
    {% endif %}
    {% else %}select 1 as parsed{% endif %}
{% endmacro %}
