with reference as (

    select
        authority_id,
        authority_name,
        short_name,
        council_type_id as council_type_key,
        region_name,
        cast(valid_from_date as date) as valid_from_date,
        cast(valid_to_date as date) as valid_to_date,
        false as is_sample
    from {{ ref('authorities') }}

),

additional as (

    select
        authority_id,
        authority_name,
        short_name,
        council_type_id as council_type_key,
        region_name,
        cast(valid_from_date as date) as valid_from_date,
        cast(valid_to_date as date) as valid_to_date,
        true as is_sample
    from {{ additional_authorities() }}

),

combined as (

    select * from reference
    union all
    select * from additional

)

select * from combined
