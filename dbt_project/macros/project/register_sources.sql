{#-
    (Re)creates one view per declared source over the Parquet files that the hand-over file lists.
    A source without files is empty but typed, so that a fresh checkout builds. Columns and types come from sources.yml.
-#}
{% macro register_sources() %}
    {% if execute and flags.WHICH in ('build', 'run', 'test', 'show', 'compile') %}
        {% set handed_over = read_hand_over(env_var('SWIPESAVVY_SOURCES', '')) %}
        {% for node in graph.sources.values() if node.package_name == project_name %}
            {% do run_statement('create schema if not exists ' ~ node.schema) %}
            {% set files = handed_over.get('tables', {}).get(node.name, []) %}
            {% if node.name == 'build' %}
                {% do run_statement('create or replace view ' ~ node.schema ~ '.build as ' ~ build_row(node, handed_over)) %}
            {% else %}
                {% do run_statement(source_view(node, files)) %}
            {% endif %}
        {% endfor %}
    {% endif %}
{% endmacro %}

{#- The one row naming the build and its instant; no row where nothing was handed over. -#}
{% macro build_row(node, handed_over) %}
    select
    {% for column in node.columns.values() %}
        cast({% if handed_over.get(column.name) %}'{{ handed_over[column.name] }}'{% else %}null{% endif %} as {{ column.data_type }})
            as {{ column.name }}{{ ',' if not loop.last }}
    {% endfor %}
    where {{ 'true' if handed_over.get('as_of') else 'false' }}
{% endmacro %}

{% macro run_statement(sql) %}
    {% call statement('register_sources', fetch_result=False, auto_begin=False) %}{{ sql }}{% endcall %}
{% endmacro %}
