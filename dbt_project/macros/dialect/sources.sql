{#- How an engine reads the hand-over file and lists of Parquet files. -#}

{% macro read_hand_over(path) %}{{ return(adapter.dispatch('read_hand_over')(path)) }}{% endmacro %}

{% macro default__read_hand_over(path) %}
    {% set quoted = path | replace("'", "''") %}
    {% if path and run_query("select count(*) from glob('" ~ quoted ~ "')").columns[0].values()[0] %}
        {{ return(fromjson(run_query("select content from read_text('" ~ quoted ~ "')").columns[0].values()[0])) }}
    {% endif %}
    {{ return({}) }}
{% endmacro %}

{% macro source_view(node, files) %}{{ return(adapter.dispatch('source_view')(node, files)) }}{% endmacro %}

{% macro default__source_view(node, files) %}
    {% set columns = [] %}
    {% for column in node.columns.values() %}
        {% set value = column.name if files else 'null' %}
        {% do columns.append('cast(' ~ value ~ ' as ' ~ column.data_type ~ ') as ' ~ column.name) %}
    {% endfor %}
    {% set quoted = [] %}
    {% for file in files %}
        {% do quoted.append("'" ~ (file | replace("'", "''")) ~ "'") %}
    {% endfor %}
    {% set rows = 'from read_parquet([' ~ quoted | join(', ') ~ '])' if files else 'where false' %}
    {{ return('create or replace view ' ~ node.schema ~ '.' ~ node.name ~ ' as select ' ~ columns | join(', ') ~ ' ' ~ rows) }}
{% endmacro %}
