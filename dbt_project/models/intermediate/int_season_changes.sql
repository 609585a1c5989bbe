-- A big jump is a figure to look at, not a wrong one. Chance alone moves the rate of a small council by tens of
-- points from year to year, so a rate is held against what chance can do with its two bases.
{# a measure, the count that it is a share of, and its type's average #}
{% set followed_measures = [
    ('uphold_rate_pct', 'investigations_count', 'uphold_rate_type_average_pct'),
    ('compliance_rate_pct', 'compliance_outcomes_count', 'compliance_rate_type_average_pct'),
    ('satisfactory_remedy_rate_pct', 'upheld_count', 'satisfactory_remedy_rate_type_average_pct'),
    ('upheld_count', 'null', 'null'),
    ('investigations_count', 'null', 'null'),
] %}
with letters as (

    select
        letters.letter_key,
        letters.season,
        letters.authority_key,
        letters.authority_id,
        figures.upheld_count,
        {{ decided_investigations('figures') }} as investigations_count,
        figures.uphold_rate_pct,
        figures.uphold_rate_type_average_pct,
        figures.compliance_outcomes_count,
        figures.compliance_rate_pct,
        figures.compliance_rate_type_average_pct,
        figures.satisfactory_remedy_rate_pct,
        figures.satisfactory_remedy_rate_type_average_pct
    from {{ ref('int_letters') }} as letters
    inner join {{ ref('int_headline_figures') }} as figures on letters.letter_key = figures.letter_key
    where letters.disposition = 'accepted'

),

measured as (

    {% for measure, base_count, type_average in followed_measures %}
        {% if not loop.first %}union all{% endif %}
        select
            letter_key,
            authority_key,
            authority_id,
            season,
            '{{ measure }}' as measure,
            cast({{ measure }} as double) as stated_value,
            cast({{ base_count }} as double) as base_count,
            cast({{ type_average }} as double) as type_average
        from letters
    {% endfor %}

),

followed as (

    select
        letter_key,
        authority_key,
        season,
        measure,
        stated_value,
        base_count,
        lag(season) over authority_seasons as previous_season,
        lag(stated_value) over authority_seasons as previous_value,
        lag(base_count) over authority_seasons as previous_base_count,
        type_average - lag(type_average) over authority_seasons as type_average_change
    from measured
    where stated_value is not null
    window authority_seasons as (partition by authority_id, measure order by season)

),

changed as (

    select
        letter_key,
        authority_key,
        season,
        measure,
        stated_value,
        base_count,
        previous_season,
        previous_value,
        previous_base_count,
        stated_value - previous_value as value_change,
        type_average_change,
        (stated_value * base_count + previous_value * previous_base_count)
        / nullif(base_count + previous_base_count, 0) as pooled_pct,
        -- of the difference between two shares, if only chance makes them differ
        sqrt(pooled_pct * (100 - pooled_pct) * (1 / base_count + 1 / previous_base_count))
            as standard_error_points
    from followed
    where previous_season is not null

),

weighed as (

    select
        letter_key,
        authority_key,
        season,
        measure,
        stated_value,
        previous_season,
        previous_value,
        value_change,
        type_average_change,
        case
            when measure like '%_count'
                then greatest(stated_value, previous_value) >= greatest(30, 3 * least(stated_value, previous_value))
            when base_count >= 10 and previous_base_count >= 10
                then
                    least(abs(value_change), abs(value_change - coalesce(type_average_change, 0)))
                    > 3 * standard_error_points
            else false
        end as is_unusual
    from changed

)

select
    letter_key,
    authority_key,
    season,
    measure,
    stated_value,
    previous_season,
    previous_value,
    value_change,
    type_average_change,
    coalesce(is_unusual, false) as is_unusual
from weighed
