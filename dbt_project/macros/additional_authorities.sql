{# Authorities beside the seed's, the councils of sample letters: the file that the environment names, or no rows. #}
{% macro additional_authorities() -%}
    {%- set path = env_var('REDRESS_ADDITIONAL_AUTHORITIES', '') -%}
    {%- if path -%}
        read_csv('{{ path | replace("'", "''") }}', header = true, all_varchar = true)
    {%- else -%}
        (select * from {{ ref('authorities') }} where false)
    {%- endif -%}
{%- endmacro %}
