-- Councils only: other bodies do not get a letter every year, so a missing one is not reported.
with expected as (

    select
        versions.authority_key,
        seasons.season,
        seasons.is_landed
    from {{ ref('int_seasons') }} as seasons
    inner join {{ ref('int_authority_versions') }} as versions
        on {{ is_valid_on('versions', 'seasons.period_end_date') }}
    where versions.council_type_key is distinct from 'other'

)

select * from expected
