with found as (

    select
        season,
        count(*) filter (where disposition <> 'superseded') as letters_found_count,
        count(*) filter (where disposition = 'accepted') as accepted_count,
        count(*) filter (where disposition = 'quarantined') as quarantined_count
    from {{ ref('stg_dispositions') }}
    group by season

),

expected as (

    select
        seasons.season,
        count(*) as letters_expected_count
    from {{ ref('int_seasons') }} as seasons
    inner join {{ ref('int_authority_versions') }} as versions
        on
            {{ is_valid_on('versions', 'seasons.period_end_date') }}
            and versions.council_type_key <> 'other'
            and not versions.is_sample
    group by seasons.season

),

others as (

    select
        found.season,
        count(*) as other_seasons_count,
        median(other_seasons.letters_found_count) as usual_count
    from found
    inner join found as other_seasons on found.season <> other_seasons.season
    group by found.season

),

results as (

    select
        found.season,
        cast(found.letters_found_count as integer) as letters_found_count,
        cast(coalesce(expected.letters_expected_count, 0) as integer) as letters_expected_count,
        cast(found.accepted_count as integer) as accepted_count,
        cast(found.quarantined_count as integer) as quarantined_count,
        coalesce(
            others.other_seasons_count >= 3 and found.letters_found_count < 0.75 * others.usual_count, false
        ) as is_far_fewer_than_most
    from found
    left join expected on found.season = expected.season
    left join others on found.season = others.season

)

select * from results
order by season
