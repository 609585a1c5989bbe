{#
    The rows of a table of second witnesses. A season need not have one, and DuckDB reads no file that is not there:
    then there are no rows, of the columns that are named with their types. While dbt only parses, the answer is the
    table, so that the graph has the source in it.
#}
{% macro landed_witnesses(table, columns) -%}
    {%- set relation = source('landing', table) -%}
    {%- set pattern = env_var('REDRESS_LANDING') | replace("'", "''") ~ '/' ~ table ~ '/season=*/*.parquet' -%}
    {%- set is_landed = true -%}
    {%- if execute -%}
        {%- set is_landed = run_query("select count(*) from glob('" ~ pattern ~ "')").columns[0].values()[0] > 0 -%}
    {%- endif -%}
    {%- if is_landed -%}
        (select * from {{ relation }})
    {%- else -%}
        (
            select
                {%- for name, data_type in columns.items() %}
                cast(null as {{ data_type }}) as {{ name }}{{ ',' if not loop.last }}
                {%- endfor %}
            where false
        )
    {%- endif -%}
{%- endmacro %}
