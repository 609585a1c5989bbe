with versions as (

    select
        authority_id,
        authority_key,
        coalesce(valid_from_date, date '0001-01-01') as first_date,
        coalesce(valid_to_date, date '9999-12-31') as last_date
    from {{ ref('dim_authority') }}

),

overlapping as (

    select
        earlier.authority_id,
        earlier.authority_key as earlier_authority_key,
        later.authority_key as later_authority_key
    from versions as earlier
    inner join versions as later
        on
            earlier.authority_id = later.authority_id
            and earlier.authority_key <> later.authority_key
            and earlier.first_date <= later.first_date
            and earlier.last_date >= later.first_date

)

select * from overlapping
