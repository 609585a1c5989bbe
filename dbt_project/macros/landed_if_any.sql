{#
    The rows of a table of landing that a season need not have (second witnesses, what became of each authority's
    letter at the source). DuckDB reads no file that is not there:
    then there are no rows, of the columns that are named with their types. While dbt only parses, the answer is the
    table, so that the graph has the source in it.
#}
{% macro landed_if_any(table, columns) -%}
    {%- set relation = source('landing', table) -%}
    {%- set pattern = 'inputs/' ~ table ~ '/season=*/*.parquet' -%}
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
