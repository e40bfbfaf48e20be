{#-
    Sum of doubles that gives the same bits on every run: addition in a fixed order, whatever the number of threads.
    0 for no rows. `condition` restricts the rows, as FILTER does.
-#}
{% macro sum_stable(value, condition=none) %}{{ return(adapter.dispatch('sum_stable')(value, condition)) }}{% endmacro %}

{% macro default__sum_stable(value, condition) -%}
    coalesce(sum({{ value }} order by {{ value }}){% if condition %} filter (where {{ condition }}){% endif %}, 0e0)
{%- endmacro %}

{% macro spark__sum_stable(value, condition) -%}
    aggregate(
        array_sort(collect_list({{ value }}){% if condition %} filter (where {{ condition }}){% endif %}),
        cast(0 as double), (total, item) -> total + item
    )
{%- endmacro %}
