{# A rate in whole per cent, half up, in integers throughout: 33 of 40 is 83, and of nothing there is no rate. #}
{% macro rate_half_up_pct(part, whole) -%}
    case when {{ whole }} > 0 then (cast(200 as bigint) * {{ part }} + {{ whole }}) // (2 * {{ whole }}) end
{%- endmacro %}


{# Whether a validity holds on a day; its last day is part of it, and an empty end is open. #}
{% macro is_valid_on(validity, day) -%}
    (
        coalesce({{ validity }}.valid_from_date <= {{ day }}, true)
        and coalesce({{ validity }}.valid_to_date >= {{ day }}, true)
    )
{%- endmacro %}


{# The key of a letter file: the same bytes can come for two seasons, so the season is part of it. #}
{% macro letter_key(season, sha256) -%}
    {{ season }} || '-' || {{ sha256 }}
{%- endmacro %}


{# The value that a letter states for a measure, among its figures; null where it states none. #}
{% macro stated_value(measure, data_type) -%}
    cast(max(value) filter (where measure = '{{ measure }}') as {{ data_type }})
{%- endmacro %}


{# Why a measure has no value, null where it has one. What landing does not name, the layout never states. #}
{% macro absence_code(measure) -%}
    case
        when count(value) filter (where measure = '{{ measure }}') = 0
            then coalesce(max(absence_code) filter (where measure = '{{ measure }}'), 'not_in_layout')
    end
{%- endmacro %}
