with renamed as (

    select
        authority_id,
        cast(season as integer) as season,
        measure,
        category,
        printed_value,
        corrected_value,
        reason as correction_reason,
        source as correction_source
    from {{ ref('corrections') }}

)

select * from renamed
