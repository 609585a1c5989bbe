with renamed as (

    select
        cast(season as integer) as season,
        council_type_id as council_type_key,
        measure,
        cast(value as decimal(12, 3)) as published_value,
        source as published_in
    from {{ ref('published_type_averages') }}

)

select * from renamed
