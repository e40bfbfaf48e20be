{#- A ratio as a double; null, never an error or infinity, where the denominator is 0 or absent. -#}
{% macro safe_divide(numerator, denominator) -%}
    (cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0e0))
{%- endmacro %}
