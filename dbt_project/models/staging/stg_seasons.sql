with renamed as (

    select
        cast(season as integer) as season,
        cast(comparable_since_season as integer) as comparable_since_season,
        comparability_note
    from {{ ref('seasons') }}

)

select * from renamed
