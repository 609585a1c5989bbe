{#
    A part of a whole, times `per`, rounded half up to so many decimal places, in integers throughout. It is null if the
    whole is zero.
#}
{% macro share_half_up(part, whole, per, decimal_places=0) -%}
    {%- set scale = per * 10 ** decimal_places -%}
    case
        when {{ whole }} > 0
            then
                cast((cast({{ 2 * scale }} as bigint) * {{ part }} + {{ whole }}) // (2 * {{ whole }}) as decimal(18, 0))
                * {{ '1' if decimal_places == 0 else '0.' ~ '0' * (decimal_places - 1) ~ '1' }}
    end
{%- endmacro %}


{# A rate in whole per cent, half up: 33 of 40 is 83. #}
{% macro rate_half_up_pct(part, whole) -%}
    {{ share_half_up(part, whole, 100) }}
{%- endmacro %}


{# How far a stated number lies above the average of its type; in points where it is a rate. #}
{% macro gap_to_average(stated, average) -%}
    cast({{ stated }} - {{ average }} as decimal(12, 3))
{%- endmacro %}


{# Whether a rate of so many cases is of fewer than ten, so that one case moves it by more than ten points. #}
{% macro is_small_number(base_count) -%}
    {{ base_count }} < 10
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


{# The key of a figure: its letter, its measure and, in a table, its category. #}
{% macro figure_key(figure) -%}
    {{ figure }}.letter_key || '-' || concat_ws('-', {{ figure }}.measure, {{ figure }}.category)
{%- endmacro %}


{# The value that a letter states for a measure, among its figures; null where it states none. #}
{% macro stated_value(measure, data_type) -%}
    cast(max(value) filter (where measure = '{{ measure }}') as {{ data_type }})
{%- endmacro %}


{#
    A column for each headline measure: from the figures of letters where `of` is not given, else those of a relation
    that has them. `instead` holds an expression for each measure that is not simply the relation's. The measures are
    those of redress/model/measures.py.
#}
{% macro headline_columns(of=none, instead={}) -%}
    {%- for measure in [
        'upheld_count',
        'investigations_count',
        'uphold_rate_pct',
        'uphold_rate_type_average_pct',
        'compliance_outcomes_count',
        'compliance_rate_pct',
        'compliance_rate_type_average_pct',
        'satisfactory_remedies_count',
        'satisfactory_remedy_rate_pct',
        'satisfactory_remedy_rate_type_average_pct',
        'satisfactory_remedy_printed_base_count',
        'upheld_per_100k',
        'upheld_per_100k_type_average',
        'dealt_with_count',
        'not_for_us_count',
        'assessed_and_closed_count',
    ] -%}
        {%- if measure in instead -%}
            {{ instead[measure] }} as {{ measure }}
        {%- elif of -%}
            {{ of }}.{{ measure }}
        {%- else -%}
            {{ stated_value(measure, 'integer' if measure.endswith('_count') else 'decimal(12, 3)') }} as {{ measure }}
        {%- endif -%}
        {{- ',\n        ' if not loop.last -}}
    {%- endfor -%}
{%- endmacro %}


{# Why a measure has no value, null where it has one. What landing does not name, the layout never states. #}
{% macro absence_code(measure) -%}
    case
        when count(value) filter (where measure = '{{ measure }}') = 0
            then coalesce(max(absence_code) filter (where measure = '{{ measure }}'), 'not_in_layout')
    end
{%- endmacro %}


{# A rate, null where it is of a total of 0. #}
{% macro of_something(rate, base_count) -%}
    case when coalesce({{ base_count }}, 1) <> 0 then {{ rate }} end
{%- endmacro %}


{# Why a rate is absent: what the letter says, or the given code where a rate of a total of 0 is printed. #}
{% macro or_none(rate, base_count, code) -%}
    case
        when {{ rate }}_pct is not null and {{ base_count }} = 0 then '{{ code }}' else {{ rate }}_absence_code
    end
{%- endmacro %}


{# The measures that a letter states and that could not be read, in the order of their names; null if all were read. #}
{% macro not_read_measures() -%}
    string_agg(distinct measure, ', ' order by measure) filter (where absence_code = 'not_read')
{%- endmacro %}


{# A mean of values that are summed in thousandths, half up to so many decimal places, in integers throughout. #}
{% macro mean_half_up(thousandths_sum, count, decimal_places) -%}
    cast(
        {{ share_half_up(thousandths_sum, '(' ~ count ~ ' * 1000)', 1, decimal_places) }}
        as decimal(9, {{ decimal_places }})
    )
{%- endmacro %}


{# Of the averages that letters state for one rate: the one that most state, how many state any, and how many that. #}
{% macro stated_average_columns(rate, unit) -%}
    {%- set filtered = "filter (where measure = '" ~ rate ~ '_type_average' ~ unit ~ "')" -%}
    max(stated_average) {{ filtered }} as {{ rate }}_stated_average{{ unit }},
    max(stating_letters_count) {{ filtered }} as {{ rate }}_stating_letters_count,
    max(agreeing_letters_count) {{ filtered }} as {{ rate }}_agreeing_letters_count
{%- endmacro %}


{# The counts of a rate put together, of the letters that state both of them; and how many letters those are. #}
{% macro pooled_columns(rate, part, whole) -%}
    sum({{ part }}) filter (where {{ whole }} is not null) as {{ rate }}_part_sum,
    sum({{ whole }}) filter (where {{ part }} is not null) as {{ rate }}_whole_sum,
    count(*) filter (where {{ part }} is not null and {{ whole }} is not null) as {{ rate }}_pooled_letters_count
{%- endmacro %}


{# The rate that the sums of `pooled_columns` give. #}
{% macro pooled_half_up(rate, per, decimal_places) -%}
    cast(
        {{ share_half_up(rate ~ '_part_sum', rate ~ '_whole_sum', per, decimal_places) }}
        as decimal(9, {{ decimal_places }})
    )
{%- endmacro %}


{# A number of letters, zero where none was counted. #}
{% macro letters_counted(count) -%}
    cast(coalesce({{ count }}, 0) as integer)
{%- endmacro %}


{# The investigations that an uphold rate is of. Letters of 2014 to 2018 state their outcomes only: upheld or not. #}
{% macro decided_investigations(figures) -%}
    coalesce({{ figures }}.investigations_count, {{ figures }}.upheld_count + {{ figures }}.not_upheld_count)
{%- endmacro %}


{# The place of a letter among those to one authority in one season: the letter that says most about it is first. #}
{% macro place_by_what_it_says(disposition) -%}
    list_position(
        ['accepted', 'quarantined', 'no_statistics', 'unknown_layout', 'not_a_letter', 'unreadable'], {{ disposition }}
    )
{%- endmacro %}
