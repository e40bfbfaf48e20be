{#- The rates that lines tell on their way in; day, metric, source, numerator, denominator. -#}
{% macro intake_rates(intake, grain) %}
    {% set rates = [
        ('validation_pass_rate', 'landed - quarantined', true), ('duplicate_rate', 'duplicate', false),
        ('completeness', 'landed - lacking', false), ('schema_compliance', 'landed - misshapen', false),
    ] %}
    {% for metric, numerator, of_tables in rates %}
    select day, '{{ metric }}' as metric, source, {{ numerator }} as numerator, landed as denominator
    from {{ intake }}
    where grain = '{{ grain }}' and landed > 0{{ '' if of_tables else ' and source is null' }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
{% endmacro %}
