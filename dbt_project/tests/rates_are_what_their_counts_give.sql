-- A stated rate is what its counts give, except in a letter that a person accepted all the same, and in a letter that
-- contradicts itself as a second witness does. Where such a rate or its counts are corrected, they have to agree.
with rates as (

    select
        letter_key,
        'uphold_rate_pct' as rate,
        ['uphold_rate_pct', 'upheld_count', 'investigations_count', 'decided_count'] as measures
    from {{ ref('fct_annual_review') }}
    where not coalesce(is_uphold_rate_confirmed, true) and not is_accepted_by_decision
    union all
    select
        letter_key,
        'satisfactory_remedy_rate_pct' as rate,
        ['satisfactory_remedy_rate_pct', 'satisfactory_remedies_count', 'upheld_count'] as measures
    from {{ ref('fct_annual_review') }}
    where not coalesce(is_satisfactory_remedy_rate_confirmed, true) and not is_accepted_by_decision

),

borne_out as (

    select distinct letter_key
    from {{ ref('stg_checks') }}
    where rule = 'source_agrees_with_itself' and not is_passed

),

corrected as (

    select distinct
        rates.letter_key,
        rates.rate
    from rates
    inner join {{ ref('fct_figure') }} as figures
        on rates.letter_key = figures.letter_key and list_contains(rates.measures, figures.measure)
    where figures.is_corrected

)

select
    rates.letter_key,
    rates.rate
from rates
left join borne_out on rates.letter_key = borne_out.letter_key
left join corrected on rates.letter_key = corrected.letter_key and rates.rate = corrected.rate
where borne_out.letter_key is null or corrected.letter_key is not null
