with renamed as (

    select
        council_type_id as council_type_key,
        council_type_name,
        cast(has_type_average as boolean) as has_type_average
    from {{ ref('council_types') }}

)

select * from renamed
