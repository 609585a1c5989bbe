with renamed as (

    select
        authority_id,
        mid_year,
        population_count
    from {{ ref('authority_populations') }}

)

select * from renamed
