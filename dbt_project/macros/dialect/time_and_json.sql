{#- Elapsed time, and the names inside a JSON object. -#}

{#- Seconds from `earlier` to `later` as a double; exact to the microsecond. -#}
{% macro seconds_between(later, earlier) %}{{ return(adapter.dispatch('seconds_between')(later, earlier)) }}{% endmacro %}

{% macro default__seconds_between(later, earlier) -%}
    (cast(epoch_us({{ later }}) - epoch_us({{ earlier }}) as double) / 1e6)
{%- endmacro %}

{% macro spark__seconds_between(later, earlier) -%}
    (cast(unix_micros({{ later }}) - unix_micros({{ earlier }}) as double) / 1e6)
{%- endmacro %}

{#- The list of names in a JSON object, to be grouped by; `unfolded` makes a row of each. -#}
{% macro member_names(json) %}{{ return(adapter.dispatch('member_names')(json)) }}{% endmacro %}

{% macro default__member_names(json) -%}json_keys({{ json }}){%- endmacro %}

{% macro spark__member_names(json) -%}json_object_keys({{ json }}){%- endmacro %}

{% macro unfolded(names) %}{{ return(adapter.dispatch('unfolded')(names)) }}{% endmacro %}

{% macro default__unfolded(names) -%}unnest({{ names }}){%- endmacro %}

{% macro spark__unfolded(names) -%}explode({{ names }}){%- endmacro %}
