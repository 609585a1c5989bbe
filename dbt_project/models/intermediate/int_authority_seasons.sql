with expected as (

    select
        versions.authority_key,
        seasons.season,
        seasons.is_landed
    from {{ ref('int_seasons') }} as seasons
    inner join {{ ref('int_authority_versions') }} as versions
        on {{ is_valid_on('versions', 'seasons.period_end_date') }}

)

select * from expected
