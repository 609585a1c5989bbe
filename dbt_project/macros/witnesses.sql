{# Whether two numbers are equal, as far as letters print them: rates in whole per cent and numbers per 100,000 residents
   with one decimal place, both half up; counts must be equal. #}
{% macro agrees_as_printed(measure, ours, theirs) -%}
    case
        when {{ measure }} like '%_pct' then {{ ours }} = floor({{ theirs }} + 0.5)
        when {{ measure }} like '%per_100k%' then 10 * {{ ours }} = floor(10 * {{ theirs }} + 0.5)
        else {{ ours }} = {{ theirs }}
    end
{%- endmacro %}
