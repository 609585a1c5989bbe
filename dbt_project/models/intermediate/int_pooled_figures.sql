-- The letters of a season to real councils put together, in the measures that are published for the whole office.
{% set counts = ['received_count', 'upheld_count', 'investigations_count'] %}
{# a rate, the count that is part, and the count that it is part of #}
{% set rates = [
    ('uphold_rate', 'upheld_count', 'investigations_count'),
    ('satisfactory_remedy_rate', 'satisfactory_remedies_count', 'upheld_count'),
] %}
with received as (

    select
        letter_key,
        value as received_count
    from {{ ref('int_figures') }}
    where measure = 'received_count' and category = 'total'

),

counted as (

    select
        reviews.season,
        received.received_count,
        reviews.upheld_count,
        reviews.uphold_rate_base_count as investigations_count,
        reviews.satisfactory_remedies_count
    from {{ ref('int_annual_reviews') }} as reviews
    left join received on reviews.letter_key = received.letter_key
    where not reviews.is_sample

),

pooled as (

    select
        season,
        {% for measure in counts %}
            sum({{ measure }}) as {{ measure }},
            count({{ measure }}) as {{ measure }}_letters_count,
        {% endfor %}
    {% for rate, part, whole in rates %}
        {{ pooled_columns(rate, part, whole) }}{{ ',' if not loop.last }}
    {% endfor %}
    from counted
    group by season

),

measured as (

    {% for measure in counts %}
        select
            season,
            '{{ measure }}' as measure,
            {{ measure }} as pooled_value,
            {{ measure }}_letters_count as letters_count
        from pooled
        union all
    {% endfor %}
    {% for rate, part, whole in rates %}
        {% if not loop.first %}union all{% endif %}
        select
            season,
            '{{ rate }}_pct' as measure,
            {{ pooled_half_up(rate, 100, 0) }} as pooled_value,
            {{ rate }}_pooled_letters_count as letters_count
        from pooled
    {% endfor %}

)

select
    season,
    measure,
    cast(pooled_value as decimal(12, 3)) as pooled_value,
    letters_count
from measured
where pooled_value is not null
