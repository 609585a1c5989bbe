-- The estimate of the middle of the year two before the letters, else the latest known before it; never a later one.
with candidates as (

    select
        seasons.season,
        versions.authority_id,
        populations.mid_year,
        populations.population_count
    from {{ ref('int_authority_seasons') }} as seasons
    inner join {{ ref('int_authority_versions') }} as versions on seasons.authority_key = versions.authority_key
    inner join {{ ref('stg_authority_populations') }} as populations
        on
            versions.authority_id = populations.authority_id
            and seasons.season - 2 >= populations.mid_year

),

latest as (

    select
        authority_id,
        season,
        arg_max(population_count, mid_year) as population_count,
        max(mid_year) as population_mid_year
    from candidates
    group by authority_id, season

)

select * from latest
