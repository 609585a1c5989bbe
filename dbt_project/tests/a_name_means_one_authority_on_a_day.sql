-- A name, however it is written, never belongs to two real authorities that exist on one day.
with names as (

    select
        authority_id,
        authority_name as known_name
    from {{ ref('stg_authorities') }}
    union all
    select
        authority_id,
        short_name as known_name
    from {{ ref('stg_authorities') }}
    union all
    select
        authority_id,
        alias_name as known_name
    from {{ ref('stg_authority_aliases') }}
    union all
    select
        authority_id,
        short_name as known_name
    from {{ ref('stg_authority_aliases') }}
    where short_name is not null

),

-- As `normalised_name` of redress.model.authorities compares them, as far as seeds are written.
normalised as (

    select distinct
        names.authority_id,
        regexp_replace(
            trim(regexp_replace(replace(lower(names.known_name), '&', ' and '), '\s+', ' ', 'g')), '^the ', ''
        ) as compared_name,
        coalesce(authorities.valid_from_date, date '0001-01-01') as first_date,
        coalesce(authorities.valid_to_date, date '9999-12-31') as last_date
    from names
    inner join {{ ref('stg_authorities') }} as authorities on names.authority_id = authorities.authority_id
    where not authorities.is_sample

),

shared as (

    select
        one.compared_name,
        one.authority_id,
        other.authority_id as other_authority_id
    from normalised as one
    inner join normalised as other
        on
            one.compared_name = other.compared_name
            and one.authority_id < other.authority_id
            and one.first_date <= other.last_date
            and one.last_date >= other.first_date

)

select * from shared
