{#
    Staging is views over the files of landing, which would fail in a release that is read elsewhere. The marts have the
    content of intermediate in the form that people read. A whole build that passed drops both schemas; part of a build,
    or a build that failed, leaves them for people to look at, with DuckDB started in the folder of the file.
#}
{% macro drop_views_over_landing(results) %}
    {%- set is_whole = flags.WHICH == 'build' and not invocation_args_dict.get('select') -%}
    {%- set is_passed = results | selectattr('status', 'in', ['error', 'fail', 'skipped']) | list | length == 0 -%}
    {%- if execute and is_whole and is_passed -%}
        drop schema if exists intermediate cascade;
        drop schema if exists staging cascade;
    {%- endif -%}
{% endmacro %}
