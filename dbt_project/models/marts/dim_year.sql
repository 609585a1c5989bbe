with expected as (

    select
        season,
        count(*) as letters_expected_count
    from {{ ref('int_authority_seasons') }}
    group by season

),

years as (

    select
        seasons.season,
        seasons.season_label,
        seasons.period_start_date,
        seasons.period_end_date,
        cast(coalesce(expected.letters_expected_count, 0) as integer) as letters_expected_count,
        cast(seasons.letters_found_count as integer) as letters_found_count,
        cast(seasons.letters_accepted_count as integer) as letters_accepted_count,
        seasons.comparable_since_season,
        seasons.comparability_note
    from {{ ref('int_seasons') }} as seasons
    left join expected on seasons.season = expected.season

)

select * from years
order by season
