-- A table, because most models read it.
{{ config(materialized='table') }}

with former_names as (

    select
        authority_id,
        alias_name as authority_name,
        short_name,
        valid_from_date,
        valid_to_date
    from {{ ref('stg_authority_aliases') }}
    where is_official

),

latest_names as (

    select
        authorities.authority_id,
        authorities.authority_name,
        authorities.short_name,
        cast(max(former_names.valid_to_date) + interval 1 day as date) as valid_from_date,
        cast(null as date) as valid_to_date
    from {{ ref('stg_authorities') }} as authorities
    left join former_names on authorities.authority_id = former_names.authority_id
    group by all

),

names as (

    select * from former_names
    union all
    select * from latest_names

),

-- A version begins with the authority, with each new name and with each new code.
beginnings as (

    select
        authority_id,
        valid_from_date
    from {{ ref('stg_authorities') }}
    union distinct
    select
        authority_id,
        valid_from_date
    from names
    where valid_from_date is not null
    union distinct
    select
        authority_id,
        valid_from_date
    from {{ ref('stg_authority_gss_codes') }}
    where valid_from_date is not null

),

versions as (

    select
        beginnings.authority_id,
        authorities.council_type_key,
        authorities.region_name,
        beginnings.valid_from_date,
        coalesce(
            cast(
                lead(beginnings.valid_from_date) over (
                    partition by beginnings.authority_id order by beginnings.valid_from_date nulls first
                ) - interval 1 day as date
            ),
            authorities.valid_to_date
        ) as valid_to_date,
        coalesce(beginnings.valid_from_date, date '0001-01-01') as first_date,
        authorities.is_sample
    from beginnings
    inner join {{ ref('stg_authorities') }} as authorities on beginnings.authority_id = authorities.authority_id

),

described as (

    select
        versions.authority_id || '@' || coalesce(strftime(versions.valid_from_date, '%Y-%m-%d'), 'origin')
            as authority_key,
        versions.authority_id,
        names.authority_name,
        names.short_name,
        versions.council_type_key,
        versions.region_name,
        gss_codes.gss_code,
        versions.valid_from_date,
        versions.valid_to_date,
        versions.is_sample
    from versions
    inner join names
        on versions.authority_id = names.authority_id and {{ is_valid_on('names', 'versions.first_date') }}
    left join {{ ref('stg_authority_gss_codes') }} as gss_codes
        on versions.authority_id = gss_codes.authority_id and {{ is_valid_on('gss_codes', 'versions.first_date') }}

)

select * from described
