{#- One row per key, nulls being equal to each other, and none of `present` ever null: one query for both. -#}
{% test keyed(model, key, present) %}
select {{ key | join(', ') }}
from {{ model }}
where {{ present | join(' is null or ') }} is null
union all
select {{ key | join(', ') }}
from {{ model }}
group by {{ key | join(', ') }}
having count(*) > 1
{% endtest %}
