{#
    Authorities that the seed does not have, the councils of sample letters: those of the file that the environment
    names, or no rows. While dbt only parses there are none, so that the parsed project serves every such file.
#}
{% macro additional_authorities() -%}
    {%- set path = env_var('REDRESS_ADDITIONAL_AUTHORITIES', '') if execute else '' -%}
    {%- if path -%}
        read_csv('{{ path | replace("'", "''") }}', header = true, all_varchar = true)
    {%- else -%}
        (select * from {{ ref('authorities') }} where false)
    {%- endif -%}
{%- endmacro %}
