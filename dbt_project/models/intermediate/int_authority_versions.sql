with gss_codes as (

    select
        authority_id,
        gss_code,
        coalesce(valid_from_date, date '0001-01-01') as valid_from_date
    from {{ ref('stg_authority_gss_codes') }}

),

versions as (

    select
        authority_id || '@' || coalesce(strftime(valid_from_date, '%Y-%m-%d'), 'origin') as authority_key,
        authority_id,
        authority_name,
        short_name,
        council_type_key,
        region_name,
        valid_from_date,
        valid_to_date,
        is_sample
    from {{ ref('stg_authorities') }}

),

last_gss_codes as (

    select
        versions.authority_key,
        arg_max(gss_codes.gss_code, gss_codes.valid_from_date) as gss_code
    from versions
    inner join gss_codes
        on
            versions.authority_id = gss_codes.authority_id
            and gss_codes.valid_from_date <= coalesce(versions.valid_to_date, date '9999-12-31')
    group by versions.authority_key

),

coded as (

    select
        versions.authority_key,
        versions.authority_id,
        versions.authority_name,
        versions.short_name,
        versions.council_type_key,
        versions.region_name,
        last_gss_codes.gss_code,
        versions.valid_from_date,
        versions.valid_to_date,
        versions.is_sample
    from versions
    left join last_gss_codes on versions.authority_key = last_gss_codes.authority_key

)

select * from coded
