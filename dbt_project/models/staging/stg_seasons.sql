with renamed as (

    select
        cast(season as integer) as season,
        comparability_note
    from {{ ref('seasons') }}

)

select * from renamed
