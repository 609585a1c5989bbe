-- A superseded letter, and no other, names the letter that stands instead: another one to the same authority in the
-- same season, and not in a circle.
select
    earlier.letter_key,
    earlier.superseded_by_letter_key
from {{ ref('dim_letter') }} as earlier
left join {{ ref('dim_letter') }} as later on earlier.superseded_by_letter_key = later.letter_key
where
    (earlier.disposition = 'superseded') <> (earlier.superseded_by_letter_key is not null)
    or earlier.season <> later.season
    or earlier.authority_key <> later.authority_key
    or earlier.letter_key = later.superseded_by_letter_key
    or earlier.letter_key = later.letter_key
