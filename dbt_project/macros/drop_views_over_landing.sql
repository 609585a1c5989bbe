{#
    Staging is views over the files of landing: in a release, which is read elsewhere, they could only fail. What
    intermediate holds, the marts hold in the form that people read. A whole build that passed drops them; a part of one, or one that failed, leaves them to be looked at.
#}
{% macro drop_views_over_landing(results) %}
    {%- set is_whole = flags.WHICH == 'build' and not invocation_args_dict.get('select') -%}
    {%- set is_passed = results | selectattr('status', 'in', ['error', 'fail', 'skipped']) | list | length == 0 -%}
    {%- if execute and is_whole and is_passed -%}
        drop schema if exists intermediate cascade;
        drop schema if exists staging cascade;
    {%- endif -%}
{% endmacro %}
