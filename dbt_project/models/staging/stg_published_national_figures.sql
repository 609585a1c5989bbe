with renamed as (

    select
        cast(season as integer) as season,
        measure,
        cast(value as decimal(12, 3)) as published_value,
        printed_text,
        source as published_in
    from {{ ref('published_national_figures') }}

)

select * from renamed
