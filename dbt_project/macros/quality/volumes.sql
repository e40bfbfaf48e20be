{#- What volumes of events are compared with. Everything hangs on `as_of`; only whole hours are judged. -#}

{#- The end of the last whole hour; an `as_of` at the last microsecond of an hour has seen all of it. -#}
{% macro hours_end() %}(select date_trunc('hour', b.as_of + interval 1 microsecond) from {{ ref('stg_build') }} as b){% endmacro %}

{#- Rows n = 0, 1, ... below `10 to the power of digits`. -#}
{% macro counting(digits) %}
    select {% for place in range(digits) %}{{ ' + ' if not loop.first }}d{{ place }}.n * {{ 10 ** place }}{% endfor %} as n
    from {% for place in range(digits) %}{{ ' cross join ' if not loop.first }}
        (select 0 as n{% for n in range(1, 10) %} union all select {{ n }}{% endfor %}) as d{{ place }}{% endfor %}
{% endmacro %}

{#-
    Events of each whole hour by `keys` (event_type, perhaps source), and how many are expected: the median of the same
    hour of the week in the four weeks before, an hour without any counting as 0. Null where those weeks are not known
    yet, unless the configuration says how many a day to expect. Hours with neither are left out.
-#}
{% macro expected_hours(event_hours, keys) %}
    with counted as (
        select hour_at, {{ keys | join(', ') }}, sum(event_count) as event_count
        from {{ event_hours }}
        group by hour_at, {{ keys | join(', ') }}
    ),

    first_seen as (
        select {{ keys | join(', ') }}, min(hour_at) as first_at
        from counted
        group by {{ keys | join(', ') }}
    ),

    weeks_before as (
        {% for days in (7, 14, 21, 28) %}
        select hour_at + interval {{ days }} day as hour_at, {{ keys | join(', ') }}, event_count
        from counted
        {{ 'union all' if not loop.last }}
        {% endfor %}
    ),

    medians as (
        -- Of four numbers the median is the mean of the two that are neither least nor most.
        select
            hour_at, {{ keys | join(', ') }},
            (sum(event_count) - max(event_count) - case when count(*) = 4 then min(event_count) else 0 end) / 2e0 as median_count
        from weeks_before
        group by hour_at, {{ keys | join(', ') }}
    ),

    hours as (
        select
            coalesce(c.hour_at, m.hour_at) as hour_at,
            {% for key in keys %}
            coalesce(c.{{ key }}, m.{{ key }}) as {{ key }},
            {% endfor %}
            coalesce(c.event_count, 0) as event_count,
            coalesce(m.median_count, 0e0) as median_count
        from counted as c
        full outer join medians as m on c.hour_at = m.hour_at{{ same_keys('c', 'm', keys) }}
    )

    select
        b.hour_at,
        {% for key in keys %}
        b.{{ key }},
        {% endfor %}
        cast(b.event_count as bigint) as event_count,
        case
            when b.hour_at >= f.first_at + interval 28 day then b.median_count
            else {{ configured_per_hour('b.event_type') }}
        end as expected_count
    from hours as b
    inner join first_seen as f on {% for key in keys %}{{ ' and ' if not loop.first }}b.{{ key }} = f.{{ key }}{% endfor %}
    where b.hour_at < {{ hours_end() }}
{% endmacro %}

{#- Events an hour that the configuration expects of a type, null where it says nothing (var expected_events_a_day). -#}
{% macro configured_per_hour(event_type) -%}
    {%- set configured = var('expected_events_a_day', {}) if execute else {} -%}
    {%- if configured -%}
    case {{ event_type }}{% for name, per_day in configured.items() %} when '{{ name }}' then {{ per_day }} / 24e0{% endfor %} end
    {%- else -%}
    cast(null as double)
    {%- endif -%}
{%- endmacro %}
