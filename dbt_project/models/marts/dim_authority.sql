with authorities as (

    select
        authority_key,
        authority_id,
        authority_name,
        short_name,
        council_type_key,
        region_name,
        gss_code,
        valid_from_date,
        valid_to_date,
        valid_to_date is null as is_current,
        is_sample
    from {{ ref('int_authority_versions') }}

),

unknown_member as (

    select
        'unknown' as authority_key,
        'unknown' as authority_id,
        'Unknown authority' as authority_name,
        'Unknown' as short_name,
        cast(null as varchar) as council_type_key,
        cast(null as varchar) as region_name,
        cast(null as varchar) as gss_code,
        cast(null as date) as valid_from_date,
        cast(null as date) as valid_to_date,
        false as is_current,
        false as is_sample

),

combined as (

    select * from authorities
    union all
    select * from unknown_member

)

select * from combined
order by authority_key
