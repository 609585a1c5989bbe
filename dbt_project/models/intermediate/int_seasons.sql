with landed as (

    select
        season,
        count(*) filter (where disposition <> 'superseded') as letters_found_count,
        count(*) filter (where disposition = 'accepted') as letters_accepted_count
    from {{ ref('stg_dispositions') }}
    group by season

),

named as (

    select
        season,
        comparable_since_season,
        comparability_note
    from {{ ref('stg_seasons') }}

),

combined as (

    select
        coalesce(named.season, landed.season) as season,
        named.comparable_since_season,
        named.comparability_note,
        landed.season is not null as is_landed,
        coalesce(landed.letters_found_count, 0) as letters_found_count,
        coalesce(landed.letters_accepted_count, 0) as letters_accepted_count
    from named
    full outer join landed on named.season = landed.season

),

dated as (

    select
        season,
        (season - 1) || '-' || lpad(cast(season % 100 as varchar), 2, '0') as season_label,
        make_date(season - 1, 4, 1) as period_start_date,
        make_date(season, 3, 31) as period_end_date,
        is_landed,
        letters_found_count,
        letters_accepted_count,
        comparable_since_season,
        comparability_note
    from combined

)

select * from dated
