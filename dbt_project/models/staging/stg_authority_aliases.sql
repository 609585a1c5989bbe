with renamed as (

    select
        authority_id,
        alias_name,
        short_name,
        cast(valid_from_date as date) as valid_from_date,
        cast(valid_to_date as date) as valid_to_date,
        is_official
    from {{ ref('authority_aliases') }}

)

select * from renamed
