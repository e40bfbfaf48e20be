{#- The instant this build describes, for a comparison; null (nothing matches) where no build was handed over. -#}
{% macro as_of() %}(select b.as_of from {{ ref('stg_build') }} as b){% endmacro %}
