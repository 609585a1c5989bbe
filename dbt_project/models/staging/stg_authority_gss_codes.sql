with renamed as (

    select
        authority_id,
        gss_code,
        cast(valid_from_date as date) as valid_from_date,
        cast(valid_to_date as date) as valid_to_date
    from {{ ref('authority_gss_codes') }}

)

select * from renamed
