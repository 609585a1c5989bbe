with council_types as (

    select
        council_type_key,
        council_type_name,
        has_type_average
    from {{ ref('stg_council_types') }}

)

select * from council_types
order by council_type_key
