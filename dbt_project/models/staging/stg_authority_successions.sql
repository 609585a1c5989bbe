with renamed as (

    select
        predecessor_id,
        successor_id,
        cast(succession_date as date) as succession_date
    from {{ ref('authority_successions') }}

)

select * from renamed
