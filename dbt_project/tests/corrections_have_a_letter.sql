{{ config(severity='warn') }}
-- A correction for a landed season and an authority without an accepted letter: it is not applied yet.
select
    corrections.authority_id,
    corrections.season,
    corrections.measure
from {{ ref('stg_corrections') }} as corrections
inner join {{ ref('int_seasons') }} as seasons on corrections.season = seasons.season
left join {{ ref('int_letters') }} as letters
    on
        corrections.authority_id = letters.authority_id
        and corrections.season = letters.season
        and letters.disposition = 'accepted'
where seasons.is_landed and letters.letter_key is null
