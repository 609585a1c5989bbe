-- A correction names the number that is wrong. Once the letter that stands prints another one, or none, the source has
-- changed and the correction has to go: it is never applied to a number that nobody looked at.
select
    corrections.authority_id,
    corrections.season,
    corrections.measure,
    corrections.category,
    corrections.printed_value as expected_value,
    figures.printed_value,
    letters.letter_key
from {{ ref('stg_corrections') }} as corrections
inner join {{ ref('int_letters') }} as letters
    on corrections.authority_id = letters.authority_id and corrections.season = letters.season
left join {{ ref('int_figures') }} as figures
    on
        letters.letter_key = figures.letter_key
        and corrections.measure = figures.measure
        and coalesce(corrections.category, '') = coalesce(figures.category, '')
where
    letters.disposition = 'accepted'
    and figures.printed_value is distinct from corrections.printed_value
